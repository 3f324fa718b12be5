import { expect, test } from "vitest";
import { moved, opened } from "../shell/offer";

test("arrows go through the offers and past them back to what was typed", () => {
  expect([moved(null, 1, 2), moved(0, 1, 2), moved(1, 1, 2)]).toEqual([0, 1, null]);
  expect([moved(null, -1, 2), moved(0, -1, 2)]).toEqual([1, null]);
  expect(moved(null, 1, 0)).toBe(null);
});

test("Enter opens the chosen one, the only one, else the list", () => {
  const offers = [{ id: "a" }, { id: "b" }];
  expect(opened(offers, 1, false)).toBe("b");
  expect(opened(offers, null, false)).toBe(null);
  expect(opened([{ id: "a" }], null, true)).toBe("a");
  expect(opened([], null, true)).toBe(null);
  expect(opened([{ id: "a" }], 3, false)).toBe(null);
});
