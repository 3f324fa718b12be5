import { describe, expect, test } from "vitest";
import {
  actsOf,
  dayOfDue,
  dueOf,
  filterOf,
  needsReason,
  newOf,
  originPath,
  readQuestion,
  SHOWN,
  SHOWN_MARK,
  STATES,
  shownOf,
} from "../rectification/ledger";
import { say } from "../words/words";

const read = (text: string) => readQuestion(new URLSearchParams(text));

describe("the ledger's question", () => {
  test("is read from the URL, and what makes no sense is dropped", () => {
    expect(read("shown=overdue&place=3501&unit=a&q=b&page=2&id=7")).toEqual({
      shown: "overdue",
      place: "3501",
      unit: "a",
      q: "b",
      page: 2,
      id: 7,
    });
    expect(read("shown=x&place=y&page=-1&id=z")).toEqual({ shown: "", place: "", unit: "", q: "", page: 0, id: null });
  });

  test("asks for what is late by its deadline, for the rest by its state", () => {
    expect(filterOf(read("shown=overdue"))).toMatchObject({ overdue: "true", state: "" });
    expect(filterOf(read("shown=fixed"))).toMatchObject({ overdue: "", state: "fixed" });
  });
});

describe("a matter", () => {
  test("that is late looks late, and no two look alike", () => {
    expect(shownOf({ state: "fixed", overdue: true })).toBe("overdue");
    expect(new Set(Object.values(SHOWN_MARK)).size).toBe(SHOWN.length);
    for (const lang of ["zh", "en"] as const) {
      expect(new Set(SHOWN.map((one) => say(lang, `rectify.shown.${one}`))).size).toBe(SHOWN.length);
    }
  });

  test("can always be brought on, and once closed only be reopened", () => {
    for (const state of STATES) expect(actsOf(state).includes("closed")).toBe(state !== "closed");
    expect(actsOf("closed")).toEqual(["reopened"]);
    expect(actsOf("open")).not.toContain("passed");
  });

  test("is closed without a reason only after a re-test that was passed", () => {
    expect(STATES.filter((state) => needsReason("closed", state))).toEqual(["open", "fixed", "closed"]);
    expect(needsReason("fixed", "open")).toBe(false);
    expect(needsReason("reopened", "closed")).toBe(true);
  });

  test("is due until the end of its day in China", () => {
    const due = dueOf("2026-12-01") ?? 0;
    expect(due).toBe(Date.UTC(2026, 11, 1, 15, 59, 59));
    expect(dayOfDue(due)).toBe("2026-12-01");
    expect([dueOf(""), dueOf("2026-13-01"), dueOf("soon")]).toEqual([null, null, null]);
  });

  test("leads back to what brought it to light", () => {
    expect(originPath({ kind: "inspection", id: 4 })).toBe("/inspections/runs/4");
    expect(originPath({ kind: "roll-call", id: 4 })).toBe("/roll-call/4");
    expect(originPath({ kind: "hand", id: null })).toBeNull();
  });
});

test("a new matter needs where, what, who and a time to come", () => {
  const now = Date.UTC(2026, 10, 27);
  const whole = {
    subject: " 350102001-01 ",
    item: "",
    problem: "线缆标签缺失",
    advice: "",
    unit: "鼓楼区应急管理局",
    day: "2026-12-12",
    person: "王五",
  };
  const origin = { kind: "hand", id: null } as const;
  expect(newOf(whole, origin, now)).toMatchObject({ subject: "350102001-01", origin, due_ms: dueOf("2026-12-12") });
  for (const wrong of [{ subject: "x" }, { problem: " " }, { unit: "" }, { person: "" }, { day: "2026-11-01" }]) {
    expect(newOf({ ...whole, ...wrong }, origin, now), JSON.stringify(wrong)).toBeNull();
  }
});
