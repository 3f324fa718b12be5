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

/** The open call that was given last, else the newest; null when there is none. `calls`: the newest first. */
export function chosenCall<T extends { ended_ms: number | null }>(calls: readonly T[]): T | null {
  return calls.find((call) => call.ended_ms === null) ?? calls[0] ?? null;
}

/** A page of `size` of `all`, the next one every `every` ticks; the last page is filled from before it. */
export function pageOf<T>(all: readonly T[], size: number, tick: number, every: number): readonly T[] {
  if (all.length <= size) return all;
  const pages = Math.ceil(all.length / size);
  const from = Math.min((Math.floor(tick / every) % pages) * size, all.length - size);
  return all.slice(from, from + size);
}
