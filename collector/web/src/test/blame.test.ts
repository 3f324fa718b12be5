import { expect, test } from "vitest";
import { isCertain } from "../venue/blame";

const blame = (...explanations: string[][]) => ({ explanations, separating_probe: null, contradictory: [] });

test("a stage is certain when every explanation names it", () => {
  expect(isCertain(blame(["cable"]), "cable")).toBe(true);
  expect(isCertain(blame(["camera"], ["cable"]), "cable")).toBe(false);
  expect(isCertain(blame(["camera", "cable"], ["cable", "encoder"]), "cable")).toBe(true);
  expect(isCertain(null, "cable")).toBe(true);
});
