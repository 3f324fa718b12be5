import { expect, test } from "vitest";
import { isComposing } from "../shell/compose";

test("a key of a word that is being composed is the input method's, in every browser", () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false);
});
