// What a screen that nobody touches shows when. Pure.

/** A roll call that ended longer ago than this is history, and the open problems have the screen to themselves. */
const FRESH_MS = 24 * 3_600_000;
const TURN_S = 15;

export type Shown = "call" | "problems";

/** An open call stays on the screen; a record of the last day takes turns with the open problems. */
export function shown(call: { ended_ms: number | null } | null, now_ms: number, tick: number): Shown {
  if (call === null) return "problems";
  if (call.ended_ms === null) return "call";
  if (now_ms - call.ended_ms > FRESH_MS) return "problems";
  return Math.floor(tick / TURN_S) % 2 === 0 ? "call" : "problems";
}

interface Called {
  ended_ms: number | null;
  until_ms: number;
  /** What began it, when no person did: a schedule, also that of a response. */
  schedule: unknown;
}

/**
 * The open call that has the screen: one that a person gave before one that came by itself, then one whose time still runs before one that
 * only waits for late answers, then the newest. None is open: the newest of all; null when there is none. `calls`: the newest first.
 */
export function chosenCall<T extends Called>(calls: readonly T[], now_ms: number): T | null {
  const rank = (call: T) => (call.schedule === null ? 0 : 2) + (call.until_ms > now_ms ? 0 : 1);
  const open = calls.filter((call) => call.ended_ms === null);
  return open.sort((a, b) => rank(a) - rank(b))[0] ?? calls[0] ?? null;
}

/** A page of `size` of `all`, the next one every `every` ticks; the last page is filled from before it. */
export function pageOf<T>(all: readonly T[], size: number, tick: number, every: number): readonly T[] {
  if (all.length <= size) return all;
  const pages = Math.ceil(all.length / size);
  const from = Math.min((Math.floor(tick / every) % pages) * size, all.length - size);
  return all.slice(from, from + size);
}
