import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { age, axisTime, clockTime, dayWithWeek, span, timestamp } from "../time/age";

const NOW = Date.UTC(2026, 10, 22, 19, 12, 45);
const S = 1000;
const M = 60 * S;
const H = 60 * M;

test("ages are told in the largest unit that helps", () => {
  const table: [number, string, string][] = [
    [0, "刚刚", "just now"],
    [4 * S, "刚刚", "just now"],
    [12 * S, "12 秒前", "12 s ago"],
    [12 * M, "12 分钟前", "12 min ago"],
    [3 * H, "3 小时前", "3 h ago"],
    [3 * H + 5 * M, "3 小时 5 分前", "3 h 5 min ago"],
    [49 * H, "2 天前", "2 d ago"],
  ];
  for (const [passed, zh, en] of table) {
    expect(age(NOW - passed, NOW, "zh")).toBe(zh);
    expect(age(NOW - passed, NOW, "en")).toBe(en);
  }
});

test("a time ahead of the collector's clock says so", () => {
  expect(age(NOW + 3 * S, NOW, "zh")).toBe("刚刚");
  expect(age(NOW + 10 * M, NOW, "zh")).toBe("超前 10 分钟");
  expect(age(NOW + 10 * M, NOW, "en")).toBe("10 min ahead");
});

test("no time has no age, and zero is a time", () => {
  expect(age(null, NOW, "zh")).toBeNull();
  expect(age(undefined, NOW, "zh")).toBeNull();
  expect(age(0, NOW, "zh")).toMatch(/天前$/);
});

test("a span is never negative", () => {
  expect(span(-5, "zh")).toBe("0 秒");
});

test("times are Shanghai's, whatever the PC is set to", () => {
  expect(timestamp(NOW)).toBe("2026-11-23 03:12:45");
  expect(clockTime(NOW)).toBe("03:12:45");
  expect(timestamp(Date.UTC(2026, 10, 22, 16, 0, 0))).toBe("2026-11-23 00:00:00");
  expect(axisTime(NOW, true)).toBe("11-23 03:12");
  expect(dayWithWeek(NOW, "zh")).toBe("2026-11-23 周一");
});

test("no field leaves it to the browser's language whether a day has 24 hours", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tsx"));
  expect(files.length).toBeGreaterThan(100);
  const left = files.filter((name) => /type="(time|datetime-local)"/.test(readFileSync(`src/${name}`, "utf8")));
  expect(left).toEqual([]);
});
