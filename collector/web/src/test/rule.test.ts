import { describe, expect, test } from "vitest";
import { EVERY, formOf, minuteOf, NEW_RULE, ruleOf, ruleSaid } from "../roll_call/rule";
import type { Rule } from "../roll_call/shapes";
import { say } from "../words/words";

describe("a rule", () => {
  test("is as it was filled in, its times sorted and each once", () => {
    expect(ruleOf({ ...NEW_RULE, at: "20:30，8:30 08:30" })).toEqual({
      days: "every",
      times: { at: ["08:30", "20:30"] },
    });
    const weekly = { ...NEW_RULE, days: "weekdays", weekdays: [5, 1] } as const;
    expect(ruleOf(weekly)?.days).toEqual({ weekdays: [1, 5] });
    const hours = { ...NEW_RULE, times: "hours", every: 6, from: "0:30" } as const;
    expect(ruleOf(hours)?.times).toEqual({ hours: { every: 6, from: "00:30" } });
  });

  test("is none without a day or with what is no time", () => {
    expect(ruleOf({ ...NEW_RULE, days: "weekdays", weekdays: [] })).toBe(null);
    for (const at of ["", "25:00", "8", "08:30 x"]) expect(ruleOf({ ...NEW_RULE, at }), at).toBe(null);
    expect(ruleOf({ ...NEW_RULE, times: "hours", every: 6, from: "06:00" })).toBe(null);
    expect(ruleOf({ ...NEW_RULE, times: "hours", every: 5 })).toBe(null);
    expect([minuteOf("23:59"), minuteOf("24:00"), minuteOf("7：05")]).toEqual(["23:59", null, "07:05"]);
    for (const n of EVERY) expect(24 % n).toBe(0);
  });

  test("comes back into the fields that made it", () => {
    for (const form of [NEW_RULE, { ...NEW_RULE, days: "weekdays", weekdays: [1, 7] } as const]) {
      const rule = ruleOf(form) as Rule;
      expect(ruleOf(formOf(rule) ?? NEW_RULE)).toEqual(rule);
    }
    expect(formOf({ days: { of_month: [1] }, times: { at: ["08:00"] } })).toBe(null);
  });

  test.each([
    [{ days: { weekdays: [1, 5] }, times: { at: ["08:30"] } }, "每周一、五 08:30"],
    [{ days: "working", times: { hours: { every: 6, from: "00:30" } } }, "工作日 00:30 起每 6 小时"],
    [{ days: { of_month: [1, 31] }, times: { at: ["08:00", "20:00"] } }, "每月 1、31 日 08:00、20:00"],
    [{ days: { of_year: [6, 1] }, times: { at: ["08:00"] } }, "每年 6 月 1 日 08:00"],
  ] as [Rule, string][])("is said in words", (rule, words) => {
    const said = ruleSaid(rule, (day) => "一二三四五六日"[day - 1] ?? "", "、");
    expect(said.map(({ key, vars }) => say("zh", key, vars)).join(" ")).toBe(words);
  });
});
