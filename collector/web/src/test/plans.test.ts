import { describe, expect, test } from "vitest";
import type { PlanWhen, Template } from "../api/names";
import { daysIn } from "../inspections/days";
import { type Draft, draftBy, draftOf, freeKey, kindsShown, planOf, templateOf, wrongIn } from "../inspections/plan";
import { isQuietNow, quietWarning } from "../inspections/quiet";
import { planWhenOf, USUAL, type When, whenOf, whenTold } from "../inspections/when";
import { toggledLevel } from "../roll_call/form";
import { timesIn, toggled } from "../rules/rule";
import { say, type Words } from "../words/words";

const TEMPLATE: Template = {
  key: "daily",
  title: "日常巡检",
  lead_min: null,
  work: {
    kind: "daily",
    places: ["35"],
    except: ["3502"],
    levels: ["province", "city", "county"],
    venues: ["350102001-01"],
    units: [],
    probe_mode: "all",
    probe_list: [],
    manual: [],
    confirmed: false,
    spread: { at_once: 200, per_county: 10 },
    quiet: null,
    window_min: 480,
  },
};

const fresh = (some: Partial<Draft> = {}): Draft => ({ ...draftBy(TEMPLATE, "陈建平"), ...some });
const due = (some: Partial<When>): When => ({ ...USUAL, ...some });

describe("a plan's form", () => {
  test("begins with its template, complete, and sends what was there", () => {
    const draft = fresh();
    expect(wrongIn(draft)).toEqual([]);
    const plan = planOf(draft);
    const when = { calendar: { days: "every", times: { at: ["08:30"] } } };
    const said = { title: "日常巡检", enabled: true, operator: "陈建平", basis: "", group: null };
    expect(plan).toEqual({ ...said, when, work: TEMPLATE.work });
    expect(plan && planOf(draftOf(plan))).toEqual(plan);
  });

  test("keeps places, venues and units apart, whatever their codes look like", () => {
    const work = { ...TEMPLATE.work, levels: [], places: ["3501"], venues: ["350102-01"], units: ["em-350102"] };
    expect(planOf(fresh({ ...draftBy({ ...TEMPLATE, work }, "陈建平") }))?.work).toEqual(work);
  });

  test("that follows a group names nobody itself, and keeps what was chosen for when it does not", () => {
    const draft = fresh({ group: 7 });
    const plan = planOf(draft);
    const { places, except, venues, units } = plan?.work ?? TEMPLATE.work;
    expect([plan?.group, places, except, venues, units]).toEqual([7, [], [], [], []]);
    expect(plan && draftOf(plan).group).toBe(7);
    expect(planOf({ ...draft, group: null })?.work).toEqual(TEMPLATE.work);
    expect(wrongIn(fresh({ group: 7, include: [] }))).toEqual([]);
  });

  test("of what goes before a meeting keeps how long, and says when quiet hours take that time", () => {
    const before: Template = { ...TEMPLATE, work: { ...TEMPLATE.work, kind: "before" }, lead_min: 1440 };
    const draft = draftBy(before, "陈建平");
    expect(planOf(draft)?.when).toEqual({ "before-meetings": 1440 });
    expect(templateOf("a", draft, before.work)).toEqual({ ...before, key: "a" });
    const night = { from: "22:00", to: "06:00" };
    const cases: [Partial<Draft>, string | null][] = [
      [{ quiet: night, when: due({ by: "meetings", lead_min: 720 }) }, null],
      [{ quiet: night, when: due({ by: "meetings", lead_min: 510 }) }, "never"],
      [{ quiet: null, when: due({ by: "meetings", lead_min: 60 }) }, null],
      [{ quiet: night, when: due({ at: "02:00" }) }, "later"],
      [{ quiet: night, when: due({ at: "06:00" }) }, null],
      [{ quiet: night, when: due({ by: "hand" }) }, null],
    ];
    for (const [some, warning] of cases)
      expect(quietWarning({ ...draft, ...some }), JSON.stringify(some)).toBe(warning);
    // 23:00 in China.
    const at = 1_795_791_600_000;
    expect([isQuietNow(night, at), isQuietNow(night, at + 7 * 3_600_000), isQuietNow(null, at)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("says levels of places alone", () => {
    const include = [{ code: "350102-01", name: "", within: "" }];
    expect(planOf(fresh({ include }))?.work.levels).toEqual([]);
    expect(toggledLevel(["village", "province"], "city")).toEqual(["province", "city", "village"]);
    expect(toggledLevel(["province"], "province")).toEqual([]);
  });

  test("says what has to be put right", () => {
    const cases: [Partial<Draft>, string][] = [
      [{ title: " " }, "title"],
      [{ operator: "" }, "operator"],
      [{ include: [] }, "scope"],
      [{ probe_mode: "kinds" }, "probes"],
      [{ probe_mode: "none" }, "probes"],
      [{ manual: [{ key: "a", title: " ", standard: "" }] }, "manual"],
      [{ spread: { at_once: 0, per_county: 1 } }, "spread"],
      [{ spread: { at_once: Number.NaN, per_county: 1 } }, "spread"],
      [{ window_min: 10_081 }, "window"],
      [{ quiet: { from: "22:00", to: "22:00" } }, "quiet"],
      [{ when: due({ at: "" }) }, "when"],
    ];
    for (const [some, what] of cases) expect(wrongIn(fresh(some)), what).toEqual([what]);
    expect(wrongIn(fresh({ include: [{ code: "em-3501", name: "", within: "", unit: true }] }))).toEqual([]);
    expect(wrongIn(fresh({ probe_mode: "none", manual: [{ key: "a", title: "线缆", standard: "" }] }))).toEqual([]);
  });

  test("loses no kind of test that a template names", () => {
    expect(kindsShown(["line", "power"])).toContain("power");
    expect(kindsShown(["line"]).filter((kind) => kind === "line")).toHaveLength(1);
  });

  test("gives each item its own key", () => {
    expect(freeKey([])).toBe("item-1");
    expect(freeKey([{ key: "item-1" }, { key: "item-2" }])).toBe("item-3");
    expect(toggled([1, 5], 3)).toEqual([1, 3, 5]);
    expect(toggled([1, 5], 5)).toEqual([1]);
  });
});

const WHENS: [PlanWhen, string][] = [
  ["by-hand", "仅手动"],
  [{ "before-meetings": 720 }, "会前半天"],
  [{ "before-meetings": 1440 }, "会前一天"],
  [{ "before-meetings": 90 }, "会前 1.5 小时"],
  [{ calendar: { days: "every", times: { at: ["08:30", "20:00"] } } }, "每天 08:30、20:00"],
  [{ calendar: { days: "working", times: { at: ["08:30"] } } }, "工作日 08:30"],
  [{ calendar: { days: { weekdays: [1, 7] }, times: { at: ["08:30"] } } }, "周一、周日 08:30"],
  [{ calendar: { days: { of_month: [1, 31] }, times: { at: ["09:00"] } } }, "每月 1、31 日 09:00"],
  [{ calendar: { days: { working_of_month: 1 }, times: { at: ["09:00"] } } }, "每月第 1 个工作日 09:00"],
  [{ calendar: { days: { of_year: [6, 1] }, times: { at: ["09:00"] } } }, "每年 6 月 1 日 09:00"],
  [{ calendar: { days: "every", times: { hours: { every: 6, from: "00:30" } } } }, "每天 每 6 小时（00:30 起）"],
];

describe("when a plan is due", () => {
  test("is told in words, and comes through the form as it was", () => {
    const words: Pick<Words, "t"> = { t: (key, vars) => say("zh", key, vars) };
    for (const [when, told] of WHENS) {
      expect(whenTold(when, words)).toBe(told);
      expect(planWhenOf(whenOf(when)), told).toEqual(when);
    }
  });

  test("is refused when it makes no sense", () => {
    const wrong: Partial<When>[] = [
      { at: "" },
      { at: "24:00" },
      { at: "08:30 x" },
      { days: "weekdays", weekdays: [] },
      { days: "of_month", monthdays: [] },
      { days: "working_of_month", working: 16 },
      { days: "of_year", year: [2, 30] },
      { days: "of_year", year: [13, 1] },
      { every: 6, at: "06:00" },
      { every: 6, at: "00:30 01:30" },
      { by: "meetings", lead_min: 10 },
    ];
    for (const some of wrong) expect(planWhenOf(due(some)), JSON.stringify(some)).toBeNull();
  });

  test("takes times as a person types them", () => {
    expect(timesIn("20:30、8：05 8:05")).toEqual(["08:05", "20:30"]);
    expect([timesIn("8"), timesIn("8:5"), timesIn("25:00")]).toEqual([null, null, null]);
    expect(timesIn("")).toEqual([]);
  });
});

describe("days of a year", () => {
  test("are read as a person types them", () => {
    expect(daysIn("10-01~10-03\n2026-01-01, 5.1", 2026)).toEqual([
      "2026-01-01",
      "2026-05-01",
      "2026-10-01",
      "2026-10-02",
      "2026-10-03",
    ]);
    expect(daysIn("", 2026)).toEqual([]);
    expect(daysIn("1-1 1-1", 2026)).toEqual(["2026-01-01"]);
  });

  test("are refused when one is none of the year", () => {
    for (const wrong of ["2-30", "2027-01-01", "10-03~10-01", "元旦", "13-1", "1-0"]) {
      expect(daysIn(wrong, 2026), wrong).toBeNull();
    }
  });
});
