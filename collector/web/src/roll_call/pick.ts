// Which venues of a roll call are shown, and in which order. Pure.
import type { RollCallCity, RollCallEntry } from "../api/names";
import { countyOf } from "./counties";
import type { Group } from "./grid";
import { SIGNS, type Sign } from "./sign";

export interface Wish {
  /** A code; empty: all. */
  city: string;
  /** A code, see `countyOf`; empty: all of the city. */
  county: string;
  /** Empty: all. */
  signs: readonly Sign[];
  /** Part of a name, a unit or a code; letters also of a pinyin, see `isSpelt`. */
  text: string;
}

/** Whether a text may be pinyin or initials, which only the collector can read. */
export function isSpelt(text: string): boolean {
  return /^[a-z]{2,}(\s+[a-z]+)*$/i.test(text.trim());
}

export const ALL: Wish = { city: "", county: "", signs: [], text: "" };

/** Which entries are wished for. `found`: the codes of those that the collector found by the text. */
export function wished(
  entries: readonly RollCallEntry[],
  signs: readonly Sign[],
  wish: Wish,
  found?: ReadonlySet<string>,
): number[] {
  const text = wish.text.trim().toLowerCase();
  const only = new Set(wish.signs);
  const chosen: number[] = [];
  entries.forEach((entry, index) => {
    if (wish.city !== "" && entry.city !== wish.city) return;
    if (wish.county !== "" && countyOf(entry) !== wish.county) return;
    if (only.size > 0 && !only.has(signs[index] as Sign)) return;
    const code = entry.venue ?? entry.unit_id ?? "";
    const named = `${entry.name}\n${entry.unit}\n${code}`.toLowerCase();
    if (text !== "" && !named.includes(text) && !found?.has(code)) return;
    chosen.push(index);
  });
  return chosen;
}

const RANK = new Map(SIGNS.map((sign, rank) => [sign, rank]));
const REASONS: readonly (string | null)[] = ["no-answer", "unfinished", "no-room", "away", "no-box", null];

/**
 * Stragglers first; among them those with whom a telephone call may help before those whose box is away or missing.
 * Who has answered last stands first among those that answered.
 */
export function stragglersFirst(
  chosen: readonly number[],
  entries: readonly RollCallEntry[],
  signs: readonly Sign[],
): number[] {
  const key = (index: number) => {
    const entry = entries[index] as RollCallEntry;
    return { rank: RANK.get(signs[index] as Sign) ?? 0, reason: REASONS.indexOf(entry.reason), at: entry.answered_ms };
  };
  const keyed = chosen.map((index) => ({ index, ...key(index) }));
  keyed.sort((a, b) => a.rank - b.rank || a.reason - b.reason || (b.at ?? 0) - (a.at ?? 0) || a.index - b.index);
  return keyed.map(({ index }) => index);
}

/** The groups of the wall, by code; cities without a wished-for venue have none. */
export function groupsOf(
  chosen: readonly number[],
  entries: readonly RollCallEntry[],
  cities: readonly RollCallCity[],
): Group[] {
  const members = new Map<string, number[]>();
  for (const index of chosen) {
    const code = entries[index]?.city ?? "";
    const group = members.get(code);
    if (group) group.push(index);
    else members.set(code, [index]);
  }
  const name = (code: string) => cities.find((city) => city.place === code)?.name ?? code;
  return [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, group]) => ({ code, name: name(code), members: group }));
}
