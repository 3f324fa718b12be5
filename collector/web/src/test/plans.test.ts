import { describe, expect, test } from "vitest";
import type { Template } from "../api/awaited";
import { daysIn } from "../inspections/days";
import { type Draft, draftBy, draftOf, freeKey, NO_RULE, planOf, toggled, wrongIn } from "../inspections/plan";
import { ruleTold } from "../inspections/told_rule";
import { say, type Words } from "../words/words";

const TEMPLATE: Template = {
  key: "daily",
  title: "日常巡检",
  kind: "daily",
  places: ["35"],
  except: ["3502"],
  venues: ["350102001-01"],
  units: [],
  probe_mode: "all",
  probe_list: [],
  manual: [],
  confirmed: false,
  spread: { at_once: 200, per_county: 10 },
  quiet: null,
  window_min: 480,
};

const fresh = (some: Partial<Draft> = {}): Draft => ({ ...draftBy(TEMPLATE, "陈建平"), ...some });

describe("a plan's form", () => {
  test("begins with its template, complete, and sends what was there", () => {
    const draft = fresh();
    expect(wrongIn(draft)).toEqual([]);
    const plan = planOf(draft);
    const { key: _, ...work } = TEMPLATE;
    expect(plan).toEqual({ ...work, title: "日常巡检", enabled: true, operator: "陈建平", basis: "", rule: NO_RULE });
    expect(planOf(draftOf(plan))).toEqual(plan);
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
      [{ rule: { ...NO_RULE, at: "" } }, "rule"],
      [{ rule: { ...NO_RULE, days: "weekdays", weekdays: [] } }, "rule"],
      [{ rule: { ...NO_RULE, days: "monthdays", monthdays: [] } }, "rule"],
    ];
    for (const [some, what] of cases) expect(wrongIn(fresh(some)), what).toEqual([what]);
    expect(wrongIn(fresh({ include: [], units: ["u1"] }))).toEqual([]);
    expect(wrongIn(fresh({ rule: { ...NO_RULE, days: "before", at: "" } }))).toEqual([]);
    expect(wrongIn(fresh({ probe_mode: "none", manual: [{ key: "a", title: "线缆", standard: "" }] }))).toEqual([]);
  });

  test("gives each item its own key", () => {
    expect(freeKey([])).toBe("item-1");
    expect(freeKey([{ key: "item-1" }, { key: "item-2" }])).toBe("item-3");
    expect(toggled([1, 5], 3)).toEqual([1, 3, 5]);
    expect(toggled([1, 5], 5)).toEqual([1]);
  });
});

test("a plan's calendar is told in words", () => {
  const words: Pick<Words, "t"> = { t: (key, vars) => say("zh", key, vars) };
  expect(ruleTold(null, words)).toBe("仅手动");
  expect(ruleTold({ ...NO_RULE, days: "working" }, words)).toBe("工作日 08:30");
  expect(ruleTold({ ...NO_RULE, days: "weekdays", weekdays: [1, 7] }, words)).toBe("周一、周日 08:30");
  expect(ruleTold({ ...NO_RULE, days: "monthdays", monthdays: [1, 15], months: [6] }, words)).toBe(
    "6 月 每月 1、15 日 08:30",
  );
  expect(ruleTold({ ...NO_RULE, days: "before", lead_min: 1440 }, words)).toBe("会前一天");
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
