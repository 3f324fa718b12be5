import { describe, expect, test } from "vitest";
import type { RollCallEntry } from "../api/names";
import { mosaic } from "../wall/mosaic";
import { STILLS, stillsNow, stillsOf } from "../wall/stills";
import { chosenCall, type Page, pageOf, shown } from "../wall/turn";

const HOUR = 3_600_000;

describe("the big screen", () => {
  test("keeps an open call, and lets a fresh record take turns with the problems", () => {
    const now = 100 * HOUR;
    const says = { pages: [], bad: true };
    expect([0, 15, 30, 45].map((tick) => shown({ ended_ms: null }, now, tick, says))).toEqual(Array(4).fill("call"));
    const fresh = { ended_ms: now - HOUR };
    expect([0, 14, 15, 29, 30].map((tick) => shown(fresh, now, tick, says))).toEqual([
      "call",
      "call",
      "problems",
      "problems",
      "call",
    ]);
    expect(shown({ ended_ms: now - 25 * HOUR }, now, 0, says)).toBe("problems");
    expect(shown(null, now, 0, says)).toBe("problems");
  });

  test("turns the pages that say anything, with the problems between them while there are any", () => {
    const turns = (ended_ms: number | null, pages: readonly Page[], bad: boolean) =>
      [0, 1, 2, 3, 4, 5].map((turn) => shown({ ended_ms }, 100 * HOUR, turn * 15, { pages, bad }));
    const [fresh, old] = [99 * HOUR, HOUR];
    expect(turns(fresh, ["levels"], true)).toEqual(["call", "problems", "levels", "problems", "call", "problems"]);
    expect(turns(old, ["levels", "duty"], true).slice(0, 4)).toEqual(["levels", "problems", "duty", "problems"]);
    expect(turns(old, ["levels", "duty"], false).slice(0, 3)).toEqual(["levels", "duty", "levels"]);
    expect(turns(old, [], false)).toEqual(Array(6).fill("problems"));
    expect(turns(null, ["levels"], true)).toEqual(Array(6).fill("call"));
  });

  test("takes a person's open call before an automatic one, one whose time runs before a late one, else the newest", () => {
    const call = (
      id: number,
      ended_ms: number | null,
      some: { schedule?: object; until_ms?: number; complete_ms?: number } = {},
    ) => ({
      id,
      complete_ms: null,
      ended_ms,
      schedule: null,
      until_ms: 100,
      ...some,
    });
    const [auto, late] = [{ schedule: { id: 1 } }, { until_ms: 50 }];
    const chosen = (...calls: ReturnType<typeof call>[]) => chosenCall(calls, 50)?.id ?? null;
    expect(chosen(call(3, 9), call(2, null), call(1, null))).toBe(2);
    expect(chosen(call(3, 9), call(2, 8))).toBe(3);
    expect(chosen(call(3, null, auto), call(2, null), call(1, 9))).toBe(2);
    expect(chosen(call(3, null, late), call(2, null))).toBe(2);
    expect(chosen(call(3, null, { ...auto, ...late }), call(2, null, auto))).toBe(2);
    expect(chosen(call(3, null, auto), call(2, null, late))).toBe(2);
    expect(chosen(call(3, 9), call(2, null, { ...auto, ...late }))).toBe(2);
    expect(chosen(call(3, null, { complete_ms: 7 }), call(2, null))).toBe(2);
    expect(chosen()).toBe(null);
  });

  test("shows stills in turns with the map, who answered last first, and none of who has none", () => {
    const entry = (venue: string, answered_ms: number, still?: string) =>
      ({ venue, name: venue, answered_ms, still }) as unknown as RollCallEntry;
    const stills = stillsOf([entry("a", 5, "1"), entry("b", 9), entry("c", 7, "2")]);
    expect(stills.map(({ venue }) => venue)).toEqual(["c", "a"]);
    expect([0, 14, 30].map((tick) => stillsNow(stills, tick))).toEqual([null, null, null]);
    expect([15, 29].map((tick) => stillsNow(stills, tick)?.length)).toEqual([2, 2]);
    expect(stillsNow([], 15)).toBe(null);
    const many = stillsOf(Array.from({ length: STILLS + 2 }, (_, n) => entry(`v${n}`, n, "1")));
    expect(stillsNow(many, 15)?.length).toBe(STILLS);
    expect(stillsNow(many, 15)).not.toEqual(stillsNow(many, 45));
  });

  test("pages through a list, and fills the last page", () => {
    const all = [1, 2, 3, 4, 5];
    expect([0, 5, 6, 12].map((tick) => pageOf(all, 2, tick, 6))).toEqual([
      [1, 2],
      [1, 2],
      [3, 4],
      [4, 5],
    ]);
    expect(pageOf(all, 2, 18, 6)).toEqual([1, 2]);
    expect(pageOf([1], 3, 99, 6)).toEqual([1]);
  });

  test("lays cities in rows with the largest cells that fit, none cut, none over another", () => {
    const frame = { width: 1_185, height: 600, gap: 14, head: 30, narrowest: 178, least: 2, most: 16 };
    const weights = [3_221, 2_756, 2_504, 2_288, 2_123, 2_097, 2_089, 1_040, 616, 1];
    const { cell, places } = mosaic(weights, frame);
    expect(cell).toBe(5);
    expect(places.map((place) => place.index)).toEqual([...weights.keys()]);
    for (const a of places) {
      expect(a.width).toBeGreaterThanOrEqual(178);
      expect(a.left + a.width).toBeLessThanOrEqual(frame.width);
      expect(a.top + a.height).toBeLessThanOrEqual(frame.height);
      const columns = Math.floor(a.width / cell);
      expect(Math.ceil((weights[a.index] ?? 0) / columns) * cell + frame.head).toBeLessThanOrEqual(a.height);
      for (const b of places) {
        const apart = a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + a.height <= b.top;
        if (a.index < b.index) expect(apart, `${a.index} ${b.index}`).toBe(true);
      }
    }
    expect(mosaic([5], frame)).toMatchObject({ cell: 16, places: [{ left: 0, top: 0, width: 1_185 }] });
    expect(mosaic([], frame).places).toEqual([]);
    expect(mosaic([7, 7], { ...frame, width: 100 }).places.length).toBe(2);
  });
});
