import { describe, expect, test } from "vitest";
import type { AssuranceResponse, Counts, Level, MeetingItem } from "../api/names";
import { levelRows, lineShare, onDuty, onlineShare, ranking, today } from "../wall/boards";

const counts = (some: Partial<Counts>): Counts => {
  const none = { venues: 0, silent: 0, fail: 0, stale: 0, unknown: 0, degraded: 0, pass: 0 };
  return { ...none, agents: 0, never: 0, excluded: 0, ...some };
};

describe("the pages of the big screen", () => {
  test("rank cities by the share that is ready, equals alike, and none without venues", () => {
    const city = (code: string, pass: number, venues: number) => ({
      code,
      name: code,
      counts: counts({ pass, venues }),
    });
    const ranked = ranking([city("3503", 1, 2), city("3502", 2, 4), city("3501", 0, 0), city("3504", 9, 10)]);
    expect(ranked.map(({ code, rank }) => [code, rank])).toEqual([
      ["3504", 1],
      ["3502", 2],
      ["3503", 2],
    ]);
  });

  test("leave a level without venues out, and know which are heard of", () => {
    const at = (level: Level, venues: number, never: number) => ({ level, venues, silent: 0, never });
    const levels = [at("province", 0, 0), at("township", 3, 0), at("village", 0, 2)];
    expect(levelRows(levels).map(({ level }) => level)).toEqual(["township", "village"]);
    expect(onlineShare({ venues: 4, silent: 1 })).toBe(0.75);
    expect(onlineShare({ venues: 0, silent: 0 })).toBe(null);
  });

  test("say of a network how many of its tested lines are well; a silent box's is not", () => {
    expect(lineShare({ venues: 5, untested: 1, pass: 3 })).toBe(0.75);
    expect(lineShare({ venues: 2, untested: 2, pass: 0 })).toBe(null);
    expect(lineShare({ venues: 0, untested: 0, pass: 0 })).toBe(null);
  });

  test("name who is on duty, the highest response first, and how many are missing; one that has ended calls nobody", () => {
    const person = (name: string) => ({ name, telephone: "1", post: "" });
    const response = (id: number, level: string, state: string, staff: string[], staff_missing: number) =>
      ({
        id,
        level,
        state,
        title: `r${id}`,
        from_ms: id,
        staff: staff.map(person),
        staff_missing,
      }) as AssuranceResponse;
    const all = [
      response(1, "iv", "on", ["a"], 0),
      response(2, "ii", "on", ["b", "c"], 1),
      response(3, "i", "ended", ["d"], 0),
      response(4, "iii", "on", [], 0),
    ];
    expect(onDuty(all).map(({ level, person, missing }) => [level, person?.name ?? missing])).toEqual([
      ["ii", "b"],
      ["ii", "c"],
      ["ii", 1],
      ["iv", "a"],
    ]);
  });

  test("hold the meetings of China's day that are not over, what is on first", () => {
    const hour = 3_600_000;
    // 2026-11-27 23:00 in China.
    const now = Date.UTC(2026, 10, 27, 15);
    const meeting = (id: number, from: number, to: number) =>
      ({
        id,
        from_ms: now + from * hour,
        to_ms: now + to * hour,
        covers_from_ms: now + from * hour,
        covers_to_ms: now + to * hour,
      }) as MeetingItem;
    const all = [meeting(1, -3, -1), meeting(2, 2, 3), meeting(3, 0.5, 2), meeting(4, -1, 1)];
    expect(today(all, now).map(({ meeting }) => meeting.id)).toEqual([4, 3]);
  });
});
