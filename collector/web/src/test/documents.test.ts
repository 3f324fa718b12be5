import { expect, test } from "vitest";
import { filterOf, isFiltered, kindOf, readQuestion, recordPath, whenOf } from "../documents/documents";

const read = (search: string) => readQuestion(new URLSearchParams(search));

test("a month is one of China, and earlier editions are left out unless they are asked for", () => {
  const asked = filterOf(read("month=2026-11&kind=roll-call&place=3501&q=王五"));
  const [from_ms, to_ms] = [Date.UTC(2026, 9, 31, 16), Date.UTC(2026, 10, 30, 16)].map(String);
  expect(asked).toEqual({ kind: "roll-call", place: "3501", q: "王五", from_ms, to_ms, newest: "true" });
  expect(filterOf(read("month=2026-12&all=1")).to_ms).toBe(String(Date.UTC(2026, 11, 31, 16)));
  expect(filterOf(read("all=1")).newest).toBe(undefined);
});

test("what is no question is none, and only a question is a filter", () => {
  const odd = read("month=2026-13&kind=<b>&place=fuzhou&of=../../x&page=-1");
  expect(odd).toEqual({ kind: "", month: "", place: "", q: "", all: false, page: 0, of: null });
  expect([isFiltered(odd), isFiltered(read("all=1")), isFiltered(read("q=a"))]).toEqual([false, false, true]);
  expect(read("of=assurance/700/2026-11-27").of).toBe("assurance/700/2026-11-27");
});

test("a subject says of what a document is, when, and where its record is", () => {
  const call = "roll-call/1790000000000";
  expect([kindOf(call), whenOf(call), recordPath(call)]).toEqual([
    "roll-call",
    "2026-09-21 22:13",
    "/roll-call/1790000000000",
  ]);
  expect([whenOf("joint-tests/2026-11"), whenOf("assurance/7/2026-11-27"), whenOf("assurance/7")]).toEqual([
    "2026-11",
    "2026-11-27",
    "",
  ]);
  expect([kindOf("monthly/2026"), recordPath("monthly/2026")]).toEqual([null, null]);
  expect(recordPath("inspection/5")).toBe("/inspections/runs/5");
  expect([kindOf("inbound/7"), recordPath("inbound/7")]).toEqual(["inbound", "/inbound/7"]);
});
