import { describe, expect, it } from "vitest";
import { hours, phase } from "../venue/meeting";
import { isKey } from "../words/words";

const MINUTE = 60_000;
// 15:00 in Fuzhou.
const FROM = Date.UTC(2026, 10, 26, 7);
const TO = FROM + 90 * MINUTE;
const MEETING = {
  title: "防汛会商",
  from_ms: FROM,
  to_ms: TO,
  covers_from_ms: FROM - 30 * MINUTE,
  covers_to_ms: TO + 15 * MINUTE,
};

describe("a meeting", () => {
  it("comes, is about to begin, is on, is just over, and is over", () => {
    const minutes = [-31, -30, -1, 0, 89, 90, 104, 105].map((minute) => phase(MEETING, FROM + minute * MINUTE));
    expect(minutes).toEqual(["next", "before", "before", "on", "on", "after", "after", "over"]);
    for (const word of ["next", "before", "on", "after"]) expect(isKey(`meeting.${word}`)).toBe(true);
  });

  it("has its hours, and its day when that is not today", () => {
    expect(hours(MEETING, FROM - 60 * MINUTE)).toBe("15:00–16:30");
    expect(hours(MEETING, FROM - 24 * 60 * MINUTE)).toBe("11-26 15:00–16:30");
    const long = { ...MEETING, to_ms: FROM + 24 * 60 * MINUTE };
    expect(hours(long, FROM)).toBe("11-26 15:00–11-27 15:00");
  });
});
