// What is known of one roll call: the whole of it once, then what changed. Pure.
import type { RollCallAnswer, RollCallCity, RollCallEntry, RollCallItem } from "../api/names";

/** What tells an entry: its venue, or the unit that has no room. */
export function keyOf({ venue, unit_id }: Pick<RollCallEntry, "venue" | "unit_id">): string {
  return venue ?? `unit:${unit_id}`;
}

/** Where it is told of behind its call. */
export function wayOf({ venue, unit_id }: Pick<RollCallEntry, "venue" | "unit_id">): string {
  return venue === null ? `units/${encodeURIComponent(unit_id ?? "")}` : `venues/${encodeURIComponent(venue)}`;
}

export interface Book {
  call: RollCallItem;
  cities: readonly RollCallCity[];
  /** Sorted by `keyOf`: units without a room come last. */
  entries: readonly RollCallEntry[];
  /** Where an entry stands in `entries`, by `keyOf`. */
  at: ReadonlyMap<string, number>;
  epoch_ms: number;
  revision: number;
  now_ms: number;
}

/** What to ask next, so that only what changed comes. */
export interface Since {
  since: number;
  epoch: number;
}

export function sinceOf(book: Book | null): Since | null {
  return book && { since: book.revision, epoch: book.epoch_ms };
}

function indexed(entries: RollCallEntry[]): Pick<Book, "entries" | "at"> {
  // Pages come in the order of changes.
  entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { entries, at: new Map(entries.map((entry, index) => [keyOf(entry), index])) };
}

function whole(answer: RollCallAnswer): Book {
  const { call, cities, entries, epoch_ms, revision, now_ms } = answer;
  return { call, cities, ...indexed([...entries]), epoch_ms, revision, now_ms };
}

function isSame(a: RollCallEntry, b: RollCallEntry): boolean {
  // After the deadline everybody who has not answered comes with each answer, mostly as he was.
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The book after an answer. `asked`: what the question said; without it, or when the collector has started anew, the
 * answer is the call from its first page on. Entries that did not change keep their identity, and so does the list when none did.
 */
export function merge(book: Book | null, answer: RollCallAnswer, asked: Since | null): Book {
  if (!book || !asked || book.call.id !== answer.call.id || book.epoch_ms !== answer.epoch_ms) return whole(answer);
  if (answer.now_ms < book.now_ms) return book;
  let entries: RollCallEntry[] | null = null;
  const further: RollCallEntry[] = [];
  for (const entry of answer.entries) {
    const index = book.at.get(keyOf(entry));
    const known = index === undefined ? undefined : book.entries[index];
    if (index === undefined) further.push(entry);
    else if (known && !isSame(known, entry)) {
      entries ??= [...book.entries];
      entries[index] = entry;
    }
  }
  const { call, cities, revision, now_ms } = answer;
  const held = entries ?? book.entries;
  const next = { ...book, call, cities, entries: held, revision, now_ms };
  return further.length === 0 ? next : { ...next, ...indexed([...held, ...further]) };
}

const QUICK_MS = 400;
const CALM_MS = 2_000;

/**
 * Until the next question: two or three a second while the clock runs. When all have answered, persons alone may speak; after the deadline all who are silent come with
 * each answer, and nothing is urgent any more; a slow answer is not asked for again at once. Null: the call is a record.
 */
export function nextPoll(book: Book, took_ms: number): number | null {
  if (book.call.ended_ms !== null) return null;
  const calm = book.call.complete_ms !== null || book.now_ms > book.call.until_ms;
  const usual = calm ? CALM_MS : QUICK_MS;
  return Math.max(usual - took_ms, 100, 2 * took_ms);
}
