import { describe, expect, test } from "vitest";
import { chosenIn, listsOf } from "../roll_call/form";
import { filterOf, readFilter } from "../roll_call/history";

const read = (text: string) => readFilter(new URLSearchParams(text));

describe("which calls are looked for", () => {
  test("is read from the URL, and what makes no sense there is left out", () => {
    const whole = { kind: "duty", place: "350102", from: "2026-11-01", to: "2026-11-27" };
    expect(read("kind=duty&place=350102&from=2026-11-01&to=2026-11-27")).toEqual(whole);
    expect(read("kind=x&place=a&from=1&to=2026-13-01")).toEqual({ kind: "", place: "", from: "", to: "" });
  });

  test("is asked in days of China, both inside", () => {
    const asked = filterOf(read("from=2026-11-27&to=2026-11-27"));
    expect(asked?.from_ms).toBe(Date.UTC(2026, 10, 26, 16));
    expect(asked?.to_ms).toBe(Date.UTC(2026, 10, 27, 16));
    expect(filterOf(read("place=3501"))).toEqual({ kind: "", place: "3501", from_ms: null, to_ms: null });
  });

  test("is not asked at all when nothing is left out", () => {
    expect(filterOf(read(""))).toBeNull();
  });
});

test("what a group holds comes back out of the form as it was, a unit whatever its code looks like", () => {
  const lists = { places: ["3501"], venues: ["350102-01"], units: ["em-350102"], except: ["350103"], levels: ["city"] };
  const except = lists.except.map((code) => ({ code, name: code, within: "" }));
  expect(listsOf({ include: chosenIn(lists), except, levels: lists.levels })).toEqual(lists);
});
