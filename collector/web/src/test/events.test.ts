import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../api/names";
import { eventLines, FIRST } from "../venue/events";
import { events } from "../words/values";
import { eventTitle } from "../words/words";

const event = (code: string, at_ms: number): AgentEvent => ({
  at_ms,
  received_ms: at_ms + 5,
  code,
  text: `${code} 经过`,
});

describe("what happened in the room", () => {
  const twelve = Array.from({ length: 12 }, (_, n) => event(n % 2 ? "meeting.on" : "meeting.off", 1_000 - n));

  test("is as the collector says, the first eight until all are wanted", () => {
    const times = (all: boolean) => eventLines("zh", twelve, all).map((line) => line.at_ms);
    expect(times(true)).toEqual(twelve.map((one) => one.at_ms));
    expect(times(false)).toEqual(twelve.slice(0, 8).map((one) => one.at_ms));
    expect([FIRST, eventLines("zh", twelve.slice(0, 3), false).length]).toEqual([8, 3]);
    expect(eventLines("zh", [], true)).toEqual([]);
  });

  test("has a title in words, and the text alone where the code is not known", () => {
    const told = (lang: "zh" | "en", code: string) => eventLines(lang, [event(code, 7)], false)[0];
    expect(told("zh", "device.firmware-changed")).toMatchObject({ title: "固件自行变更", at_ms: 7 });
    expect(told("en", "relay.cycled")?.title).toBe("Power cycled");
    expect(told("zh", "moon.eclipse")).toMatchObject({ title: null, text: "moon.eclipse 经过" });
    expect(told("zh", "toString")?.title).toBeNull();
  });

  test("is told apart line by line", () => {
    const keys = eventLines("zh", [...twelve, event("call.on", 1_000)], true).map((line) => line.key);
    expect(new Set(keys).size).toBe(13);
  });
});

test("titles of events are in both languages, each its own", () => {
  for (const lang of ["zh", "en"] as const) {
    const titles = Object.keys(events).map((code) => eventTitle(lang, code) ?? "");
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles) expect(title).toMatch(lang === "zh" ? /[\u4e00-\u9fff]/ : /^[ -~]{4,}$/);
  }
});
