// What a screen that nobody touches shows when. Pure.

/** A roll call that ended longer ago than this is history, and the open problems have the screen to themselves. */
const FRESH_MS = 24 * 3_600_000;
const TURN_S = 15;

/** In the order in which they come. */
export const PAGES = ["ranking", "levels", "meetings", "systems", "duty", "matters"] as const;
export type Page = (typeof PAGES)[number];
export type Shown = "call" | "problems" | Page;

interface Says {
  /** Those that have anything to say. */
  pages: readonly Page[];
  /** Whether there is any problem. */
  bad: boolean;
}

/** An open call stays on the screen. Else a record of the last day and the pages come one by one, each second turn the open problems, if there are any. */
export function shown(call: { ended_ms: number | null } | null, now_ms: number, tick: number, says: Says): Shown {
  if (call?.ended_ms === null) return "call";
  const isFresh = call !== null && now_ms - call.ended_ms <= FRESH_MS;
  const others: readonly Shown[] = isFresh ? ["call", ...says.pages] : says.pages;
  const turn = Math.floor(tick / TURN_S);
  if (says.bad && turn % 2 === 1) return "problems";
  return others[(says.bad ? turn / 2 : turn) % others.length] ?? "problems";
}

interface Called {
  /** Everybody had answered: it waits for persons alone. */
  complete_ms: number | null;
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
  const rank = (call: T) =>
    (call.schedule === null ? 0 : 2) + (call.until_ms > now_ms && call.complete_ms === null ? 0 : 1);
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
