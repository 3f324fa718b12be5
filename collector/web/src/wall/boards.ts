// What the pages of the big screen say while no roll call has it: the figures, without a screen. Pure.
import type {
  AssuranceResponse,
  ChildPlace,
  Counts,
  LevelVenues,
  MeetingItem,
  NetworkVenues,
  ResponseLevel,
  Staff,
} from "../api/names";
import { inOrder } from "../assurance/assurance";
import { type MeetingRow, inOrder as meetingsInOrder } from "../meetings/in_order";
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

/** The levels that have any venue, the highest first. */
export function levelRows(levels: readonly LevelVenues[]): LevelVenues[] {
  return levels.filter(({ venues, never }) => venues + never > 0);
}

/** Of the venues that were ever heard of, those that are: 0 to 1; null where none was. */
export function onlineShare({ venues, silent }: Pick<LevelVenues, "venues" | "silent">): number | null {
  return venues === 0 ? null : Math.max(0, venues - silent) / venues;
}

/** The states of a network's lines, the most urgent first, each with its mark. */
export const LINE_STATES = ["silent", "fail", "unknown", "degraded", "pass"] as const;

/** Of the venues whose line is tested, those whose line is well: 0 to 1; null where none is tested. A silent one counts as not well. */
export function lineShare({
  venues,
  untested,
  pass,
}: Pick<NetworkVenues, "venues" | "untested" | "pass">): number | null {
  const tested = venues - untested;
  return tested <= 0 ? null : pass / tested;
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
