import { describe, expect, test } from "vitest";
import {
  asked,
  chinaTime,
  current,
  isSame,
  monthsOf,
  moved,
  OWED_MARK,
  OWED_STATES,
  rate,
  readQuestion,
} from "../obligations/board";
import { EMPTY, saidOf, sheetOf, testDraftOf, wrongIn } from "../obligations/sheet";
import { say } from "../words/words";

const period = (first: string, months: number, to_ms: number) => ({ first, months, from_ms: 0, to_ms });

describe("the board's question", () => {
  test("is read from the URL, and what makes no sense is dropped", () => {
    const read = (text: string) => readQuestion(new URLSearchParams(text));
    expect(read("of=venue&year=2027&place=3501&state=overdue&q=gl&page=2")).toEqual({
      of: "venue",
      year: 2027,
      place: "3501",
      state: "overdue",
      q: "gl",
      page: 2,
    });
    const nothing = { of: "county", year: 0, place: "", state: "", q: "", page: 0 };
    expect(read("")).toEqual(nothing);
    expect(read("of=x&year=20&place=a&state=late&page=-1")).toEqual(nothing);
  });

  test("asks for one page", () => {
    const question = readQuestion(new URLSearchParams("page=3"));
    expect(asked(question)).toMatchObject({ of: "county", offset: 300, limit: 100, year: "" });
  });
});

describe("the board", () => {
  test("has no two states that look alike, and a word for each", () => {
    const marks = OWED_STATES.map((state) => OWED_MARK[state]).filter((mark) => mark !== null);
    expect(new Set(marks).size).toBe(marks.length);
    for (const lang of ["zh", "en"] as const) {
      const words = OWED_STATES.map((state) => say(lang, `owed.state.${state}`));
      expect(new Set(words).size).toBe(OWED_STATES.length);
    }
  });

  test("counts the excused neither as owed nor as done", () => {
    const sums = { overdue: 2, owed: 1, done: 3, ahead: 0, excused: 5, free: 0 };
    expect(rate(sums)).toEqual({ done: 3, owed: 6 });
    expect(rate({ ...sums, overdue: 0, owed: 0, done: 0 })).toBeNull();
  });

  test("begins at the period that is on", () => {
    const periods = [period("2026-01", 6, 10), period("2026-07", 6, 20)];
    expect([0, 9, 10, 19, 20, 99].map((now) => current(periods, now))).toEqual([0, 0, 1, 1, 1, 1]);
    expect(current([], 5)).toBe(0);
    expect(monthsOf(periods[1] as (typeof periods)[0])).toEqual([7, 12]);
  });

  test("is walked by keys and never left", () => {
    const size = { row: 3, column: 12 };
    expect(moved(null, "j", size, 10)).toEqual({ row: 0, column: 10 });
    expect(moved({ row: 2, column: 0 }, "j", size, 0)).toEqual({ row: 2, column: 0 });
    expect(moved({ row: 2, column: 0 }, "ArrowUp", size, 0)).toEqual({ row: 1, column: 0 });
    expect(moved({ row: 0, column: 11 }, "l", size, 0)).toEqual({ row: 0, column: 11 });
    expect(moved({ row: 0, column: 11 }, "h", size, 0)).toEqual({ row: 0, column: 10 });
    expect(moved({ row: 0, column: 0 }, "x", size, 0)).toBeNull();
    expect(moved(null, "j", { row: 0, column: 12 }, 0)).toBeNull();
  });

  test("wants two persons for two ends", () => {
    const who = (person: string, telephone: string | null = null) => ({ person, telephone });
    expect(isSame(who("赵六"), who("王五"))).toBe(false);
    expect(isSame(who("赵六"), null)).toBe(false);
    expect(isSame(who(""), who(""))).toBe(false);
    expect(isSame(who(" 王五 "), who("王五"))).toBe(true);
    expect(isSame(who("王五", "1"), who("王五"))).toBe(true);
    expect(isSame(who("王五", "1"), who("王五", " 1"))).toBe(true);
    expect(isSame(who("王五", "1"), who("王五", "2"))).toBe(false);
  });

  test("takes a time as people in China mean it", () => {
    expect(chinaTime("2026-11-01T00:00")).toBe(Date.UTC(2026, 9, 31, 16));
    for (const wrong of ["", "2026-11-01", "2026-13-01T00:00", "tomorrow"]) expect(chinaTime(wrong)).toBeNull();
  });
});

describe("the form of a joint test", () => {
  const filled = (some: Partial<typeof EMPTY>) => wrongIn({ ...EMPTY, ...some });
  const marks = (mark: "fixed" | "abnormal" | "normal" | "none") => ({ ...EMPTY.marks, sound_in: mark });

  test("never concludes better than what was found", () => {
    expect(filled({})).toEqual(["untested"]);
    expect(filled({ marks: marks("none") })).toEqual(["untested"]);
    expect(filled({ marks: marks("normal") })).toEqual([]);
    expect(filled({ marks: marks("fixed") })).toEqual(["marks"]);
    expect(filled({ marks: marks("abnormal"), conclusion: "fixed", problem: "a", handling: "b" })).toEqual(["marks"]);
    expect(filled({ marks: marks("abnormal"), conclusion: "abnormal", problem: "a" })).toEqual([]);
  });

  test("names what was wrong, and what was done where it is mended", () => {
    expect(filled({ conclusion: "fixed" })).toEqual(["problem", "handling"]);
    expect(filled({ conclusion: "abnormal" })).toEqual(["problem"]);
    expect(filled({ marks: marks("normal"), joined: "2026-11-27T8" })).toEqual(["joined"]);
  });

  test("is sent in the time of China", () => {
    const sheet = sheetOf({ ...EMPTY, system: " 省厅 ", joined: "2026-11-27T08:30" });
    expect([sheet.system, sheet.joined_ms]).toEqual(["省厅", Date.UTC(2026, 10, 27, 0, 30)]);
    expect(sheetOf(EMPTY).joined_ms).toBeNull();
  });
});

describe("what is said of a joint test", () => {
  const at_ms = Date.parse("2026-11-27T14:30:42+08:00");
  const first = { kind: "monthly", at_ms, note: " 正常 ", sheet: null } as const;

  test("is the same whether it is recorded or corrected; a moment that nobody touched keeps its seconds", () => {
    const draft = testDraftOf(first);
    expect(saidOf(draft)).toEqual({ kind: "monthly", at_ms: at_ms - 42_000, note: "正常" });
    expect(saidOf(draft, at_ms)).toMatchObject({ at_ms });
    expect(saidOf({ ...draft, at: "2026-11-27T14:31" }, at_ms)).toMatchObject({ at_ms: at_ms + 18_000 });
  });

  test("is nothing without a moment, or with a form that does not hold together", () => {
    const draft = testDraftOf(first);
    expect(saidOf({ ...draft, at: "2026-11-27T" })).toBeNull();
    expect(saidOf({ ...draft, sheet: EMPTY })).toBeNull();
    const whole = { ...EMPTY, marks: { ...EMPTY.marks, sound_in: "normal" as const } };
    expect(saidOf({ ...draft, sheet: whole })).toMatchObject({ sheet: { marks: { sound_in: "normal" } } });
    expect(testDraftOf({ ...first, sheet: sheetOf(whole) }).sheet).toEqual(whole);
  });
});
