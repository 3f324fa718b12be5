import { expect, test } from "vitest";
import { freeOffset } from "../overview/label_layout";
import { broken, spans } from "../venue/spans";
import { inSight, pagesOf } from "../venues/window";

test("equal verdicts join, and a silence is a gap", () => {
  const told = spans(
    [
      [0, "pass"],
      [10, "pass"],
      [20, "fail"],
      [100, "fail"],
    ],
    10,
    110,
  );
  expect(told).toEqual([
    { verdict: "pass", from_ms: 0, to_ms: 20 },
    { verdict: "fail", from_ms: 20, to_ms: 30 },
    { verdict: "fail", from_ms: 100, to_ms: 110 },
  ]);
});

test("a line breaks where the data do", () => {
  const line = broken(
    [
      [0, 1],
      [10, 2],
      [100, 3],
    ],
    10,
  );
  expect(line).toEqual([
    [0, 1],
    [10, 2],
    [20, null],
    [100, 3],
  ]);
});

test("the window asks only for the pages in sight", () => {
  expect(pagesOf(...inSight(0, 600, 40, 18_762), 100)).toEqual([0]);
  expect(pagesOf(...inSight(98 * 40, 600, 40, 18_762), 100)).toEqual([0, 1]);
  expect(pagesOf(...inSight(0, 600, 40, 0), 100)).toEqual([]);
  expect(inSight(18_762 * 40, 600, 40, 18_762)[1]).toBe(18_762);
});

test("labels step aside", () => {
  const box = { x: 0, y: 0, width: 60, height: 30 };
  expect(freeOffset(box, [])).toEqual({ dx: 0, dy: 0 });
  const moved = freeOffset(box, [box]);
  expect(Math.abs(moved?.dx ?? 0) + Math.abs(moved?.dy ?? 0)).toBeGreaterThan(30);
});
