// What the pages of the big screen say while no roll call has it: the figures, without a screen. Pure.
import type { AssuranceResponse, ChildPlace, Counts, Level, MeetingItem, ResponseLevel, Staff } from "../api/names";
import { inOrder } from "../assurance/assurance";
import { type MeetingRow, inOrder as meetingsInOrder } from "../meetings/in_order";
import { remainder } from "../state/classes";
import { timestamp } from "../time/age";

export interface Ranked {
  code: string;
  name: string;
  /** Those that are equally good have the same. */
  rank: number;
  /** 0 to 1. */
  share: number;
  counts: Counts;
}

/** The cities by how many of their venues are ready, the best first; one without venues has no rank. */
export function ranking(cities: readonly Pick<ChildPlace, "code" | "name" | "counts">[]): Ranked[] {
  const rows = cities
    .filter(({ counts }) => counts.venues > 0)
    .map(({ code, name, counts }) => ({ code, name, counts, share: counts.pass / counts.venues }));
  rows.sort((a, b) => b.share - a.share || a.code.localeCompare(b.code));
  return rows.map((row) => ({ ...row, rank: 1 + rows.filter((other) => other.share > row.share).length }));
}

/** Townships and villages are one: the collector tells them apart only county by county. */
export type OwnLevel = Exclude<Level, "village">;
const OWN_LEVELS: readonly OwnLevel[] = ["province", "city", "county", "township"];

export interface LevelSum {
  level: OwnLevel;
  venues: number;
  silent: number;
  never: number;
}

interface Tree {
  level: Level;
  counts: Counts;
  children?: readonly Tree[] | null;
}

/** The venues by the level that they themselves have; a level that has none is left out. What two answers disagree on never makes less than none. */
export function levelSums(whole: Tree): LevelSum[] {
  const sums = new Map<OwnLevel, LevelSum>();
  const add = ({ level, counts, children }: Tree) => {
    const below = children ?? [];
    const own = remainder(
      counts,
      below.map((one) => one.counts),
    );
    const at = level === "village" ? "township" : level;
    const sum = sums.get(at) ?? { level: at, venues: 0, silent: 0, never: 0 };
    for (const key of ["venues", "silent", "never"] as const) sum[key] += Math.max(0, own[key]);
    sums.set(at, sum);
    below.forEach(add);
  };
  add(whole);
  return OWN_LEVELS.flatMap((level) => {
    const sum = sums.get(level);
    return sum && sum.venues + sum.never > 0 ? [sum] : [];
  });
}

/** Of the venues that were ever heard of, those that are: 0 to 1; null where none was. */
export function onlineShare({ venues, silent }: Pick<LevelSum, "venues" | "silent">): number | null {
  return venues === 0 ? null : Math.max(0, venues - silent) / venues;
}

export interface OnDuty {
  response: number;
  level: ResponseLevel;
  title: string;
  /** Null: so many are missing. */
  person: Staff | null;
  missing: number;
}

/** Who is called in by the responses in force, the highest first; behind them how many its rule asks for beyond those. */
export function onDuty(responses: readonly AssuranceResponse[]): OnDuty[] {
  return inOrder(responses)
    .filter(({ state }) => state === "on")
    .flatMap(({ id, level, title, staff, staff_missing }) => {
      const of = { response: id, level, title };
      const people = staff.map((person) => ({ ...of, person, missing: 0 }));
      return staff_missing > 0 ? [...people, { ...of, person: null, missing: staff_missing }] : people;
    });
}

const dayOf = (at_ms: number) => timestamp(at_ms).slice(0, 10);

/** The meetings of China's day that are not over, what is on first. */
export function today(meetings: readonly MeetingItem[], now_ms: number): MeetingRow[] {
  const day = dayOf(now_ms);
  return meetingsInOrder(meetings, now_ms).rows.filter(
    ({ meeting }) => dayOf(meeting.from_ms) <= day && dayOf(meeting.to_ms) >= day,
  );
}
