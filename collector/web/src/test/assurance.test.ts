import { describe, expect, test } from "vitest";
import type { AssuranceResponse } from "../api/names";
import { byLevel, type Draft, everyTold, inOrder, isOrdered, LEVELS, ROMAN, wrongIn } from "../assurance/assurance";
import { curveOf, sureness, urgency } from "../warnings/curve";
import { isRule } from "../warnings/frequent_rule";
import { say } from "../words/words";

const response = (id: number, some: Partial<AssuranceResponse>): AssuranceResponse => ({
  id,
  title: "",
  hazard: "",
  level: "iv",
  authority: "",
  document: "",
  places: [],
  names: [],
  from_ms: id,
  to_ms: null,
  ended_ms: null,
  state: "on",
  freeze: false,
  approver: "",
  history: [],
  check_every_s: 0,
  roll_calls_a_day: 0,
  depth: "present",
  extra_staff: 0,
  venues: 0,
  untold: 0,
  staff: [],
  staff_missing: 0,
  roll_calls: null,
  ...some,
});

describe("responses", () => {
  test("stand in order: in force by level, then those to come, then the ended", () => {
    const all = [
      response(1, { state: "ended", level: "i" }),
      response(2, { level: "iv" }),
      response(3, { state: "ahead", level: "i" }),
      response(4, { level: "ii" }),
      response(5, { state: "ended" }),
    ];
    expect(inOrder(all).map((one) => one.id)).toEqual([4, 2, 3, 5, 1]);
  });

  test("of places are shown the highest first", () => {
    const places = [response(1, { level: "iv" }), response(2, { level: "i" }), response(3, { level: "iv" })];
    expect(byLevel(places).map((one) => one.id)).toEqual([2, 1, 3]);
  });

  test("have Roman numerals that differ", () => {
    expect(LEVELS.map((level) => ROMAN[level])).toEqual(["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"]);
  });

  test("say how often checks run", () => {
    const words = { t: (key: Parameters<typeof say>[1], vars?: Parameters<typeof say>[2]) => say("zh", key, vars) };
    const told = [0, 45, 300, 1_800, 7_200].map((s) => everyTold(s, words));
    expect(told).toEqual(["不间断", "每 45 秒一次", "每 5 分钟一次", "每 30 分钟一次", "每 2 小时一次"]);
  });

  test("never ask for less at a higher level", () => {
    const rule = (
      level: (typeof LEVELS)[number],
      check_every_s: number,
      roll_calls_a_day: number,
      extra_staff: number,
      depth: "present" | "ready" = "present",
    ) => ({
      level,
      check_every_s,
      roll_calls_a_day,
      depth,
      extra_staff,
    });
    const usual = [rule("i", 0, 12, 5), rule("ii", 300, 4, 3), rule("iii", 900, 2, 1), rule("iv", 1_800, 1, 0)];
    expect(isOrdered(usual)).toBe(true);
    const deeper = (...at: string[]) =>
      usual.map((one) => (at.includes(one.level) ? { ...one, depth: "ready" as const } : one));
    expect([isOrdered(deeper("i", "ii")), isOrdered(deeper("ii"))]).toEqual([true, false]);
    for (const worse of [rule("ii", 1_000, 4, 3), rule("ii", 300, 1, 3), rule("ii", 300, 4, 0)]) {
      expect(isOrdered(usual.map((one) => (one.level === "ii" ? worse : one)))).toBe(false);
    }
  });

  test("are started whole: a freeze names who may approve exceptions", () => {
    const draft: Draft = {
      title: "a",
      hazard: "",
      level: "iii",
      authority: "x",
      document: "",
      places: ["3501"],
      until: "",
      freeze: false,
      approver: "c",
      person: "b",
      note: "",
    };
    const now = Date.UTC(2026, 10, 27);
    expect(wrongIn(draft, now)).toEqual([]);
    expect(wrongIn({ ...draft, approver: "" }, now)).toEqual(["approver"]);
    expect(wrongIn({ ...draft, authority: " " }, now)).toEqual(["authority"]);
    expect(wrongIn({ ...draft, title: " ", places: [], person: "" }, now)).toEqual(["title", "places", "person"]);
    expect(wrongIn({ ...draft, until: "2026-11-27T07:59" }, now)).toEqual(["until"]);
    expect(wrongIn({ ...draft, until: "2026-11-27T08:01" }, now)).toEqual([]);
  });
});

test("the rule of failing often is kept within what the collector takes", () => {
  expect(isRule({ faults: 5, days: 30, failed_tests: 1 })).toBe(true);
  for (const wrong of [{ faults: 0 }, { days: 91 }, { failed_tests: Number.NaN }, { faults: 1.5 }]) {
    expect(isRule({ faults: 3, days: 90, failed_tests: 2, ...wrong }), JSON.stringify(wrong)).toBe(false);
  }
});

describe("a drift", () => {
  const DAY = 86_400_000;
  const drift = {
    series: [
      [0, 80],
      [10 * DAY, 70],
    ] as [number, number][],
    limit: 60,
    now: 70,
    slope_per_day: -1,
    crosses_ms: 20 * DAY,
  };

  test("is drawn up to where it crosses its limit", () => {
    const curve = curveOf(drift, 200, 50);
    expect(curve?.cross_x).toBe(200);
    expect(curve?.path).toMatch(/^M0\.0 .*L100\.0 /);
    // The limit lies lowest here, but within the picture.
    const ends = curve?.ahead.match(/ ([\d.]+)$/)?.[1];
    expect(Number(ends)).toBe(curve?.limit_y);
    expect(curve?.limit_y).toBeGreaterThan(40);
    expect(curve?.limit_y).toBeLessThan(50);
  });

  test("without two points has no curve, and one that is over its limit still has one", () => {
    expect(curveOf({ ...drift, series: [[0, 80]] }, 200, 50)).toBeNull();
    expect(curveOf({ ...drift, crosses_ms: 0 }, 200, 50)?.cross_x).toBe(200);
    expect(
      curveOf(
        {
          ...drift,
          series: [
            [0, 60],
            [DAY, 60],
          ],
          now: 60,
        },
        200,
        50,
      )?.path,
    ).not.toContain("NaN");
  });

  test("is said in words how sure and how near it is", () => {
    expect([0.9, 0.7, 0.2].map(sureness)).toEqual(["high", "fair", "low"]);
    expect([7, 7.1].map(urgency)).toEqual(["degraded", "unknown"]);
  });
});
