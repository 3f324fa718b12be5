import { expect, test } from "vitest";
import { ApiProblem } from "../api/fetch";
import { refusal } from "../words/words";

test("a refusal is told in the language of the console, in its own sentence", () => {
  const both = new ApiProblem(409, "Conflict", "this end is confirmed already", "这一端已确认过");
  const old = new ApiProblem(409, "Conflict", "this end is confirmed already");
  expect([refusal("zh", both), refusal("zh", old)]).toEqual(["这一端已确认过", "this end is confirmed already"]);
  expect(refusal("en", both)).toBe("this end is confirmed already");
  // Nobody answered: the page says what to do.
  expect(refusal("zh", new ApiProblem(0, "deadline", null))).toBeNull();
  expect(refusal("zh", new Error("gone"))).toBeNull();
});
