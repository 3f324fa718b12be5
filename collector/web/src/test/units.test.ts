import { expect, test } from "vitest";
import type { UnitsReport } from "../api/names";
import { readUnits, removesMuch, trialOf } from "../units/units";

const report = (some: Partial<UnitsReport>): UnitsReport => ({
  dry_run: true,
  encoding: "utf-8",
  revision: 3,
  rows: 10,
  added: 0,
  changed: 0,
  unchanged: 10,
  removed: 0,
  errors: [],
  notes: [],
  ...some,
});

test("a file is taken only when it is right and says something new", () => {
  const errors = [{ line: 2, message: "bad", message_zh: "不对" }];
  expect(trialOf(report({ added: 3, errors }))).toBe("refused");
  expect(trialOf(report({}))).toBe("same");
  for (const some of [{ added: 1 }, { changed: 1 }, { removed: 1 }]) expect(trialOf(report(some))).toBe("ready");
});

test("a file that takes out much of the register is said to", () => {
  expect(removesMuch(report({ unchanged: 90, removed: 10 }))).toBe(false);
  expect(removesMuch(report({ unchanged: 80, removed: 20 }))).toBe(true);
  expect(removesMuch(report({ unchanged: 0, added: 5 }))).toBe(false);
});

test("a link opens the same units, and what it does not know is left out", () => {
  expect(readUnits(new URLSearchParams("q=福州&kind=upper&unit=em"))).toEqual({ q: "福州", kind: "upper", unit: "em" });
  expect(readUnits(new URLSearchParams("kind=moon"))).toEqual({ q: "", kind: "", unit: "" });
});
