import { describe, expect, test } from "vitest";
import { formatValue, limitText, measured } from "../venue/figures";

const words = { unit: (symbol: string) => `<${symbol}>` };

describe("a measured number", () => {
  test("has few digits and its unit in words", () => {
    expect(measured(23.4567, "ms", words)).toEqual(["23.5", "<ms>"]);
    expect(measured(0.12345, "%", words)).toEqual(["0.123", "<%>"]);
    expect([0, -12, 1030, 2.345].map(formatValue)).toEqual(["0", "-12", "1030", "2.35"]);
  });

  test("of bytes is told in thousands", () => {
    expect(measured(999, "B", words)).toEqual(["999", "<B>"]);
    expect(measured(6_120_480_768, "B", words)).toEqual(["6.12", "GB"]);
    expect(measured(48_000_000, "B", words)).toEqual(["48", "MB"]);
    expect(measured(5e15, "B", words)).toEqual(["5000", "TB"]);
  });
});

test("a limit is told as the collector says it, but bytes in thousands", () => {
  expect(limitText("≤220 ≥30", "luma", words)).toBe("≤220 ≥30");
  expect(limitText("≥200000000", "B", words)).toBe("≥200 MB");
});
