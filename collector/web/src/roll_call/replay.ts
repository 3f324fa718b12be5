// A roll call as it stood so many milliseconds after it was given. Pure: the record alone decides.
import type { RollCallEntry, RollCallItem, RollCallMode, RollCallStanding, Tally } from "../api/names";
import { settledAt } from "./countdown";
import type { Seen } from "./sign";

/** How long there is something to see: until the last answer, and until the deadline unless all was over before. */
export function lengthOf(call: RollCallItem, entries: readonly RollCallEntry[]): number {
  const end = Math.min(settledAt(call) ?? call.until_ms, call.until_ms + 1) - call.given_ms;
  const last = (entry: RollCallEntry) =>
    Math.max(entry.answered_ms ?? 0, entry.proof?.at_ms ?? 0, (!entry.person?.afterwards && entry.person?.at_ms) || 0);
  return entries.reduce((latest, entry) => Math.max(latest, last(entry)), Math.max(1, end));
}

/** The time at a place of the slider, 0 to 1: most answers come in the first seconds, so those have most of the room. */
export function timeAt(place: number, length_ms: number): number {
  return Math.round(place * place * length_ms);
}

export function placeAt(at_ms: number, length_ms: number): number {
  return Math.sqrt(Math.min(1, Math.max(0, at_ms / length_ms)));
}

function answeredBy(entry: RollCallEntry, at_ms: number): RollCallMode | null {
  if (entry.mode === null || entry.answered_ms === null || entry.answered_ms > at_ms) return null;
  // Box and person may both have answered: at this time perhaps only the box.
  const person = entry.person;
  return person && person.at_ms > at_ms ? "auto" : entry.mode;
}

/** Whether a meeting was on in the room when its box answered. */
function isInMeeting(entry: RollCallEntry, mode: RollCallMode): boolean {
  if (entry.standing === "in-meeting") return true;
  // Of one that was excused afterwards, or for which a person spoke later, the tests that were left out tell it.
  return mode === "auto" && entry.aspects.some(({ state }) => state === "meeting");
}

/**
 * How a venue stood. `deadline_ms`, `end_ms` (of one that was broken off), `at_ms`: from the call. What a box found is not told apart in time from its answer,
 * and an excuse that was taken back never was.
 */
export function standingAt(entry: RollCallEntry, at_ms: number, deadline_ms: number, end_ms = deadline_ms): Seen {
  const none = { mode: null, fault: null };
  if (entry.standing === "excused" && at_ms >= (entry.excused_ms ?? 0)) return { standing: "excused", ...none };
  if (entry.standing === "uncounted" && at_ms >= end_ms) return { standing: "uncounted", ...none };
  const mode = answeredBy(entry, at_ms);
  if (mode !== null) {
    if (isInMeeting(entry, mode)) return { standing: "in-meeting", mode, fault: null };
    const late = (entry.answered_ms ?? 0) > deadline_ms;
    return { standing: late ? "late" : "on-time", mode, fault: entry.fault };
  }
  if (at_ms > deadline_ms) return { standing: "silent", ...none };
  return { standing: entry.heard_ms !== null && entry.heard_ms <= at_ms ? "heard" : "waiting", ...none };
}

/**
 * What had come of its proof by then. Who fell back and was proven later is told as that alone. A record of an earlier version does not say
 * when a proof was given up: it was not before the answer.
 */
export function proofAt(entry: RollCallEntry, at_ms: number): "proven" | "fell_back" | null {
  const { proof } = entry;
  if (!proof || at_ms < (proof.at_ms ?? entry.answered_ms ?? 0)) return null;
  if (proof.state === "fell-back") return "fell_back";
  const crossed = entry.aspects.some(({ aspect, state }) => aspect === "across" && /^(good|degraded)$/.test(state));
  return proof.state === "ended" && crossed ? "proven" : null;
}

/** From the least to the most: of a unit's venues the best counts, and one that is excused only where no other was called. */
const ORDER: readonly RollCallStanding[] = [
  "excused",
  "silent",
  "waiting",
  "heard",
  "uncounted",
  "late",
  "in-meeting",
  "on-time",
];

/** Who is counted: each registered unit by the best of its venues, and every venue that is its own unit. */
function countedOf(entries: readonly RollCallEntry[], seen: readonly Seen[], at_ms: number): number[] {
  const counted: number[] = [];
  const units = new Map<string, number>();
  // As the collector ranks them: after the standing, with picture and sound over the system that was called, then without any fault, then proven.
  const rank = (index: number) => {
    const one = seen[index] as Seen;
    const entry = entries[index] as RollCallEntry;
    const good = entry.aspects.some(({ aspect, state }) => aspect === "across" && state === "good");
    const proven = good && proofAt(entry, at_ms) === "proven";
    const after = (isWhole(one) ? 4 : 0) + (one.fault === null ? 2 : 0) + (proven ? 1 : 0);
    return ORDER.indexOf(one.standing) * 8 + after;
  };
  entries.forEach(({ unit_id }, index) => {
    const at = unit_id == null ? undefined : units.get(unit_id);
    if (at === undefined) {
      if (unit_id != null) units.set(unit_id, counted.length);
      counted.push(index);
    } else if (rank(index) > rank(counted[at] as number)) counted[at] = index;
  });
  return counted;
}

export interface Sums {
  all: Tally;
  cities: ReadonlyMap<string, Tally>;
}

/** The sums as the collector counts them, all together and of each city, so long after the call. */
export function sumsOf(entries: readonly RollCallEntry[], seen: readonly Seen[], at_ms: number): Sums {
  const counted = countedOf(entries, seen, at_ms);
  const by_city = new Map<string, number[]>();
  for (const index of counted) {
    const { city } = entries[index] as RollCallEntry;
    const known = by_city.get(city);
    if (known) known.push(index);
    else by_city.set(city, [index]);
  }
  const sums = (of: readonly number[]) => {
    const tally = tallyOf(of.map((index) => seen[index] as Seen));
    for (const index of of) {
      const proof = proofAt(entries[index] as RollCallEntry, at_ms);
      if (proof) tally[proof]++;
      const { standing } = seen[index] as Seen;
      const answered = standing === "on-time" || standing === "late";
      if (answered && entries[index]?.untested) tally.untested++;
      if (entries[index]?.excused_afterwards && at_ms >= (entries[index]?.excused_ms ?? 0)) tally.excused_afterwards++;
    }
    return tally;
  };
  const cities = new Map([...by_city].map(([city, of]) => [city, sums(of)]));
  return { all: sums(counted), cities };
}

/** The sums of what was seen, one each; proofs, tests and late excuses are no part of that. */
export function tallyOf(seen: Iterable<Seen>): Tally {
  const tally = {
    expected: 0,
    on_time: 0,
    late: 0,
    silent: 0,
    waiting: 0,
    heard: 0,
    in_meeting: 0,
    excused: 0,
    faulty: 0,
    by_person: 0,
    whole: 0,
    proven: 0,
    fell_back: 0,
    uncounted: 0,
    untested: 0,
    excused_afterwards: 0,
  };
  for (const { standing, mode, fault } of seen) {
    tally.expected++;
    if (standing === "on-time") {
      tally.on_time++;
      if (isWhole({ standing, mode, fault })) tally.whole++;
    } else if (standing === "in-meeting") tally.in_meeting++;
    else tally[standing]++;
    if (standing !== "on-time" && standing !== "late") continue;
    if (fault !== null) tally.faulty++;
    if (mode !== null && mode !== "auto") tally.by_person++;
  }
  return tally;
}

/** Whether an answer is one with picture and sound, over the system that was called: 有图无声, 有声无图 and 备用方式应答 are results of their own. */
function isWhole({ mode, fault }: Seen): boolean {
  return mode !== "backup" && (fault === null || fault === "other");
}

/** 按时应答率: none when nobody has to answer. */
export function rateOf(tally: Tally): number | null {
  const owed = tally.expected - tally.excused - tally.in_meeting - tally.uncounted;
  return owed > 0 ? tally.whole / owed : null;
}

/** Never rounds up: 100.0 only when everybody was on time. */
export function percent(rate: number): string {
  return (Math.floor(rate * 1000 + 1e-9) / 10).toFixed(1);
}
