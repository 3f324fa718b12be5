import { expect, test } from "vitest";
import { CLASSES, problems, readyPercent, remainder, standing, tint, worst } from "../state/classes";
import { classesOf, readFilter, toggled } from "../venues/filter";
import { counts } from "./made";

test("severity runs silent, fail, stale, unknown, degraded, pass", () => {
  expect(CLASSES).toEqual(["silent", "fail", "stale", "unknown", "degraded", "pass"]);
});

test("the worst class is the first that occurs", () => {
  expect(worst(counts({ pass: 9, degraded: 1 }))).toBe("degraded");
  expect(worst(counts({ pass: 9, fail: 1, silent: 1 }))).toBe("silent");
  expect(worst(counts({}))).toBeNull();
});

test("one silent venue does not repaint a city with five hundred faults", () => {
  expect(tint(counts({ silent: 1, fail: 500, pass: 1500 }))?.class).toBe("fail");
  expect(tint(counts({ silent: 60, fail: 500, pass: 1500 }))?.class).toBe("silent");
  expect(tint(counts({ pass: 10 }))?.class).toBe("pass");
  expect(tint(counts({}))).toBeNull();
});

test("the paint deepens with the share of problems", () => {
  const few = tint(counts({ fail: 1, pass: 99 }))?.depth ?? 0;
  const many = tint(counts({ fail: 50, pass: 50 }))?.depth ?? 0;
  expect(few).toBeGreaterThan(0);
  expect(many).toBeGreaterThan(few);
  expect(many).toBeLessThanOrEqual(0.92);
});

test("readiness never rounds up to 100", () => {
  expect(readyPercent(counts({ pass: 18_761, fail: 1 }))).toBe(99.9);
  expect(readyPercent(counts({ pass: 3 }))).toBe(100);
  expect(readyPercent(counts({}))).toBeNull();
});

test("a place's own venues are what its children leave", () => {
  const own = remainder(counts({ pass: 10, fail: 2 }), [counts({ pass: 9 }), counts({ fail: 2 })]);
  expect(own.venues).toBe(1);
  expect(own.pass).toBe(1);
  expect(problems(own)).toBe(0);
});

test("the class filter keeps the order of severity and drops strangers", () => {
  expect(classesOf("pass,fail,nonsense,never,silent,fail")).toEqual(["silent", "fail", "pass", "never"]);
  expect(toggled("silent", "fail")).toBe("silent,fail");
  expect(toggled("silent,fail", "silent")).toBe("fail");
  expect(readFilter(new URLSearchParams("sort=evil&q=gl&class=fail")).sort).toBe("severity");
});

test("a venue without a class was never heard of, unless a reason says that it is excluded", () => {
  expect(standing({ class: "fail", why: null })).toBe("fail");
  expect(standing({ class: null, why: null })).toBe("never");
  expect(standing({ class: null, why: "检修" })).toBe("excluded");
});
