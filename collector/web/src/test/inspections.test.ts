import { describe, expect, test, vi } from "vitest";
import type { CalendarDay, ItemState, RecordItem, RunItem } from "../api/names";
import { client, compareQuery, earlierRunsQuery } from "../api/queries";
import { entriesOf } from "../inspections/entries";
import { csvOf, dayOf } from "../inspections/links";
import {
  ALL,
  actsOf,
  byResult,
  CHANGE_MARK,
  choices,
  homeOf,
  levelsFrom,
  NO_STAGE,
  readLook,
} from "../inspections/look";
import { changesOf, draftOf, unfilled } from "../inspections/manual";
import { actsOn, percent, progress, resultMark, type Sums, toldOf } from "../inspections/run";

const tally = (some: Partial<Sums>): Sums => {
  const none = { open: 0, untested: 0, unfilled: 0, incomplete: 0, abnormal: 0, fixed: 0, normal: 0 };
  const all = { ...none, ...some, excused: 0 };
  return { ...all, excused: some.excused ?? 0, venues: Object.values(all).reduce((sum, one) => sum + one, 0) };
};

const item = (result: ItemState, some: Partial<RecordItem> & { value?: string } = {}): RecordItem => {
  const { value = null, ...rest } = some;
  const now = { at_ms: 0, result, value, unit: "", finding: null, detail: "", person: "" };
  const none = { kind: "", standard: "", reason: null, evidence: null, telephone: "", note: "", earlier: [] };
  return { source: "manual", key: "cables", title: "线缆", now, ...none, ...rest };
};

describe("a run", () => {
  test("is as far as venues have an end, the exempt left out", () => {
    expect(progress(tally({ open: 1, normal: 2, abnormal: 1, excused: 5 }))).toBe(0.75);
    expect(progress(tally({ excused: 5 }))).toBeNull();
  });

  test("never says 100 % before all are sound", () => {
    expect([percent(0.9999), percent(1), percent(null), percent(0.57)]).toEqual(["99.9%", "100.0%", "—", "57.0%"]);
  });

  test("says how it ended, and is no state while it is open", () => {
    expect(toldOf({ state: "ended", ended: "time-up" })).toBe("time-up");
    expect(toldOf({ state: "paused", ended: null })).toBe("paused");
    expect(resultMark("running", { abnormal: 3, untested: 0, unfilled: 0, incomplete: 0 })).toBeNull();
    expect(resultMark("ended", { abnormal: 1, untested: 9, unfilled: 0, incomplete: 0 })).toBe("fail");
    expect(resultMark("ended", { abnormal: 0, untested: 9, unfilled: 0, incomplete: 0 })).toBe("unknown");
    expect(resultMark("ended", { abnormal: 0, untested: 0, unfilled: 1, incomplete: 0 })).toBe("stale");
    expect(resultMark("ended", { abnormal: 0, untested: 0, unfilled: 1, incomplete: 1 })).toBe("unknown");
    expect(resultMark("ended", { abnormal: 0, untested: 0, unfilled: 0, incomplete: 0 })).toBe("pass");
  });

  test("offers what its state allows", () => {
    const of = (state: RunItem["state"], retried: number, edition = 0) =>
      actsOn({ state, ended: state === "ended" ? "complete" : null, edition }, retried);
    expect(of("running", 3)).toEqual(["pause", "retry", "cancel"]);
    expect(of("running", 0)).toEqual(["pause", "cancel"]);
    expect(of("paused", 3)).toEqual(["resume", "retry", "cancel"]);
    expect(of("ended", 1)).toEqual(["retry"]);
    expect(of("ended", 0)).toEqual([]);
    expect(of("ended", 3, 1)).toEqual([]);
  });
});

describe("a day of the calendar", () => {
  test("tells what ran, what will and what was missed, in the order of the day", () => {
    const day: CalendarDay = {
      date: "2026-11-27",
      weekday: 5,
      kind: "work",
      runs: [
        {
          id: 7,
          title: "a",
          kind: "daily",
          plan: 1,
          state: "ended",
          given_ms: 20,
          rate: 0.5,
          venues: 2,
          abnormal: 1,
          untested: 0,
          unfilled: 0,
          incomplete: 0,
        },
      ],
      due: [{ plan: 2, title: "b", kind: "monthly", at_ms: 30, reason: null }],
      missed: [{ plan: 3, title: "c", kind: "before", at_ms: 10, reason: "full" }],
    };
    const told = entriesOf(day).map(({ title, told, mark, run, reason }) => [title, told, mark, run, reason]);
    expect(told).toEqual([
      ["c", "missed", "degraded", null, "full"],
      ["a", "ended", "fail", 7, null],
      ["b", "due", null, null, null],
    ]);
    expect(entriesOf(day)[1]?.rate).toBe("50.0%");
  });
});

describe("what is looked at", () => {
  test("is read from the URL, and what makes no sense is dropped", () => {
    const read = (text: string) => readLook(new URLSearchParams(text));
    expect(
      read("conclusion=abnormal&place=3501&untested=away&blamed=-&q=gl&view=compare&with=7&venue=350102-01"),
    ).toEqual({
      conclusion: "abnormal",
      place: "3501",
      untested: "away",
      blamed: NO_STAGE,
      q: "gl",
      view: "compare",
      with: "7",
      venue: "350102-01",
    });
    expect(read("conclusion=x&place=a&untested=b&view=c&with=0x7&venue=d")).toEqual({
      ...ALL,
      view: "places",
      with: "",
      venue: "",
    });
  });

  test("shows the worst item first", () => {
    const all = [item("normal"), item("open"), item("abnormal")];
    expect(byResult(all).map((one) => one.now.result)).toEqual(["abnormal", "open", "normal"]);
  });

  test("can be laid beside any earlier run, the newest first, and the chosen one is always among them", () => {
    const run = (id: number, given_ms: number) => ({ id, given_ms });
    const ids = (listed: [number, number][], chosen: [number, number] | null) =>
      choices(
        listed.map(([id, given_ms]) => run(id, given_ms)),
        chosen && run(...chosen),
      ).map(({ id }) => id);
    const listed: [number, number][] = [
      [4, 30],
      [6, 40],
      [5, 30],
    ];
    expect(ids(listed, null)).toEqual([6, 5, 4]);
    expect(ids(listed, [5, 30])).toEqual([6, 5, 4]);
    expect(ids(listed, [2, 35])).toEqual([6, 2, 5, 4]);
  });

  test("asks for the comparison with the run that was chosen, and else leaves the choice to the collector", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (url: string) => {
      asked.push(url);
      return new Response("{}", { headers: { "content-type": "application/json" } });
    });
    const run = (other: string) => client.fetchQuery(compareQuery("9", other, "new", 1));
    await run("7");
    await run("");
    await client.fetchQuery(earlierRunsQuery(50, 0));
    vi.unstubAllGlobals();
    expect(asked[0]).toContain("/inspections/runs/9/compare?with=7&difference=new&offset=100&limit=100");
    expect(asked[1]).toContain("/inspections/runs/9/compare?difference=new&");
    expect(asked[2]).toContain("/inspections/runs?open=false&to_ms=50&offset=0&limit=100");
  });

  test("has no two changes between runs that look alike", () => {
    const marks = Object.values(CHANGE_MARK);
    expect(new Set(marks).size).toBe(marks.length);
  });
});

describe("a record's review", () => {
  test("goes up level by level and comes back only where somebody is below", () => {
    expect(levelsFrom("township")).toEqual(["township", "county", "city", "province"]);
    expect(actsOf("filling", "village", "village")).toEqual(["pass"]);
    expect(actsOf("reviewing", "county", "village")).toEqual(["pass", "return"]);
    expect(actsOf("submitted", "province", "village")).toEqual([]);
  });

  test("is filled in where its first step began", () => {
    expect(homeOf({ steps: [], venue: { review: { level: "village" } } })).toBe("village");
    expect(homeOf({ steps: [{ from: "village" }, { from: "township" }], venue: { review: { level: "county" } } })).toBe(
      "village",
    );
  });
});

describe("what a person fills in", () => {
  const items = [item("open"), item("normal", { key: "talk", value: "好" })];

  test("is sent only where it differs from what stands there", () => {
    const same = Object.fromEntries(items.map((one) => [one.key, draftOf(one)]));
    expect(changesOf(items, same)).toEqual([]);
    const drafts = { ...same, talk: { result: "abnormal", value: "好", note: " 有杂音 " } as const };
    expect(changesOf(items, drafts)).toEqual([{ key: "talk", result: "abnormal", value: "好", note: "有杂音" }]);
  });

  test("is nothing without a result", () => {
    expect(changesOf(items, { cables: { result: "", value: "x", note: "" } })).toEqual([]);
    expect(unfilled(items).map((one) => one.key)).toEqual(["cables"]);
  });
});

describe("links for many venues", () => {
  test("are as many a day as the server takes", () => {
    expect(["30", "0", "-3", "2.7", "9999", "", "e"].map(dayOf)).toEqual([30, 0, 0, 2, 5000, null, null]);
  });

  test("are a file for a spreadsheet, without formulas", () => {
    const until = { send_on: "2026-01-02", until_ms: Date.UTC(2026, 0, 2, 3, 4) };
    const item = { ...until, venue: "350102001-01", name: "=cmd()", unit: '应急局,"二楼"', path: "/p/ab" };
    const text = csvOf({ items: [item] }, ["编码", "会场"], "http://hq");
    expect(text.startsWith("\ufeff编码,会场\r\n")).toBe(true);
    expect(text).toContain(`2026-01-02,350102001-01,'=cmd(),"应急局,""二楼""",http://hq/p/ab,2026-01-02 11:04\r\n`);
  });
});
