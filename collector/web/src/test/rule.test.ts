import { describe, expect, test } from "vitest";
import type { Rule } from "../api/names";
import { EVERY, formOf, NEW_RULE, ruleOf, ruleTold, timesIn } from "../rules/rule";
import { say, type Words } from "../words/words";

const words: Pick<Words, "t"> = { t: (key, vars) => say("zh", key, vars) };

describe("a rule", () => {
  test("is as it was filled in, its times sorted and each once", () => {
    expect(ruleOf({ ...NEW_RULE, at: "20:30，8:30 08:30" })).toEqual({
      days: "every",
      times: { at: ["08:30", "20:30"] },
    });
    const hours = { ...NEW_RULE, every: 6, at: "0:30" };
    expect(ruleOf(hours)?.times).toEqual({ hours: { every: 6, from: "00:30" } });
  });

  test("is none without a day or with what is no time", () => {
    expect(ruleOf({ ...NEW_RULE, days: "weekdays", weekdays: [] })).toBe(null);
    for (const at of ["", "25:00", "8", "08:30 x"]) expect(ruleOf({ ...NEW_RULE, at }), at).toBe(null);
    expect(ruleOf({ ...NEW_RULE, every: 6, at: "06:00" })).toBe(null);
    expect(ruleOf({ ...NEW_RULE, every: 6, at: "00:00 01:00" })).toBe(null);
    expect([timesIn("23:59"), timesIn("24:00"), timesIn("7：05")]).toEqual([["23:59"], null, ["07:05"]]);
    for (const n of EVERY) expect(24 % n).toBe(0);
  });

  test.each([
    [{ days: { weekdays: [1, 5] }, times: { at: ["08:30"] } }, "周一、周五 08:30"],
    [{ days: "working", times: { hours: { every: 6, from: "00:30" } } }, "工作日 每 6 小时（00:30 起）"],
    [{ days: { of_month: [1, 31] }, times: { at: ["08:00", "20:00"] } }, "每月 1、31 日 08:00、20:00"],
    [{ days: { working_of_month: 2 }, times: { at: ["08:00"] } }, "每月第 2 个工作日 08:00"],
    [{ days: { of_year: [6, 1] }, times: { at: ["08:00"] } }, "每年 6 月 1 日 08:00"],
  ] as [Rule, string][])("is said in words, and comes back out of the form that holds it", (rule, told) => {
    expect(ruleTold(rule, words)).toBe(told);
    expect(ruleOf(formOf(rule))).toEqual(rule);
  });
});
