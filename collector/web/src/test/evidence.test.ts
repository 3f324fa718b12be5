import { expect, test } from "vitest";
import { kindOf, sizeOf } from "../inspections/evidence";
import { chunks } from "../state/chunks";

test("evidence is what its type says", () => {
  const types = ["image/jpeg", "application/json", "text/plain; charset=utf-8", "audio/wav", "application/zip", ""];
  expect(types.map(kindOf)).toEqual(["picture", "curves", "text", "sound", "other", "other"]);
});

test("a size has the unit that fits", () => {
  expect([0, 1023, 1024, 48_211, 5 * 1024 ** 2].map(sizeOf)).toEqual(["0 B", "1023 B", "1.0 KB", "47 KB", "5.0 MB"]);
});

test("names are asked for in the same parts whichever way their codes came, each once", () => {
  expect(chunks(["3", "1", "2", "1"], 2)).toEqual([["1", "2"], ["3"]]);
  expect(chunks([], 2)).toEqual([]);
});
