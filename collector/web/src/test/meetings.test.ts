import { describe, expect, it } from "vitest";
import type { MeetingItem } from "../api/names";
import { inOrder, MOST } from "../meetings/in_order";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 26, 7);

const meeting = (id: number, from: number, to: number) =>
  ({
    id,
    from_ms: NOW + from * MINUTE,
    to_ms: NOW + to * MINUTE,
    covers_from_ms: NOW + (from - 30) * MINUTE,
    covers_to_ms: NOW + (to + 15) * MINUTE,
  }) as MeetingItem;

describe("the list of meetings", () => {
  it("has what is on first, then what is about to begin, just over, and to come; what is over is not in it", () => {
    const all = [
      meeting(1, 300, 400),
      meeting(2, -90, -10),
      meeting(3, -100, -15),
      meeting(4, 20, 60),
      meeting(5, -5, 60),
      meeting(6, 200, 250),
    ];
    const { rows, more } = inOrder(all, NOW);
    expect(rows.map((row) => row.meeting.id)).toEqual([5, 4, 2, 6, 1]);
    expect(rows.map((row) => row.phase)).toEqual(["on", "before", "after", "next", "next"]);
    expect(more).toBe(0);
  });

  it("is bounded and says how many are left out", () => {
    const many = Array.from({ length: MOST + 7 }, (_, n) => meeting(n, 60 + n, 61 + n));
    const { rows, more } = inOrder(many, NOW);
    expect([rows.length, more, rows[0]?.meeting.id]).toEqual([MOST, 7, 0]);
  });
});
