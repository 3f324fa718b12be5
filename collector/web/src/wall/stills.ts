// Which stills the big screen shows, and when. Pure.
import type { RollCallEntry } from "../api/names";
import { pageOf } from "./turn";

export const STILLS = 6;
/** Map and stills take turns of so many seconds. */
export const STILLS_S = 15;

export interface WallStill {
  hash: string;
  name: string;
  venue: string;
}

/** The venues of which there is one, who answered last first. None of a room in which somebody may be: those have none. */
export function stillsOf(entries: readonly RollCallEntry[]): WallStill[] {
  return entries
    .flatMap((entry) =>
      entry.still && entry.venue !== null ? [entry as RollCallEntry & { still: string; venue: string }] : [],
    )
    .sort((a, b) => (b.answered_ms ?? 0) - (a.answered_ms ?? 0))
    .map(({ still, name, venue }) => ({ hash: still, name, venue }));
}

/** The stills that are on, a page each turn; null: it is the map's turn. */
export function stillsNow(stills: readonly WallStill[], tick: number): readonly WallStill[] | null {
  const turn = Math.floor(tick / STILLS_S);
  if (stills.length === 0 || turn % 2 === 0) return null;
  return pageOf(stills, STILLS, Math.floor(turn / 2), 1);
}
