// A delta merged into an answer. Pure: what did not change keeps its identity, so nothing else re-renders.
import type { Change, ChildPlace, Counts, Delta, PlaceAnswer, VenuesAnswer } from "../api/names";
import { severity } from "../state/classes";

export const CHANGES_KEPT = 50;

function sameCounts(a: Counts, b: Counts): boolean {
  return (Object.keys(b) as (keyof Counts)[]).every((key) => a[key] === b[key]);
}

function mergeChild(child: ChildPlace, counts: Delta["counts"]): ChildPlace {
  const own = counts[child.code];
  const nested = child.children ? mergeChildren(child.children, counts) : child.children;
  const counted = own && !sameCounts(child.counts, own) ? own : child.counts;
  return counted === child.counts && nested === child.children
    ? child
    : { ...child, counts: counted, children: nested };
}

function mergeChildren(children: ChildPlace[], counts: Delta["counts"]): ChildPlace[] {
  let changed = false;
  const next = children.map((child) => {
    const merged = mergeChild(child, counts);
    if (merged !== child) changed = true;
    return merged;
  });
  return changed ? next : children;
}

/** For so long a change to the worse goes before newer ones that are none; the collector keeps to the same. */
export const URGENT_MS = 60_000;

/** Of a venue that is new, nothing was known before. */
export function isWorse(change: Change): boolean {
  return severity(change.to) < severity(change.from ?? "unknown");
}

/** Newest first, each once, at most CHANGES_KEPT. When not all find room, fresh changes to the worse go first. */
export function mergeChanges(kept: Change[], news: Change[], now_ms: number): Change[] {
  const newest = kept[0]?.seq ?? Number.NEGATIVE_INFINITY;
  const fresh = news.filter((change) => change.seq > newest).sort((a, b) => b.seq - a.seq);
  if (fresh.length === 0) return kept;
  const all = [...fresh, ...kept];
  if (all.length <= CHANGES_KEPT) return all;
  const isUrgent = (change: Change) => isWorse(change) && change.at_ms + URGENT_MS >= now_ms;
  let urgent = Math.min(CHANGES_KEPT, all.filter(isUrgent).length);
  let others = CHANGES_KEPT - urgent;
  return all.filter((change) => (isUrgent(change) ? urgent-- > 0 : others-- > 0));
}

/** The answer after the delta; the same object when the delta is no newer. */
export function mergePlace(answer: PlaceAnswer, delta: Delta): PlaceAnswer {
  if (delta.revision <= answer.revision) return answer;
  const own = delta.counts[answer.place.code];
  return {
    ...answer,
    now_ms: Math.max(answer.now_ms, delta.now_ms),
    revision: delta.revision,
    counts: own && !sameCounts(answer.counts, own) ? own : answer.counts,
    children: mergeChildren(answer.children, delta.counts),
    changes: mergeChanges(answer.changes, delta.changes, delta.now_ms),
  };
}

/** Rows of a list change where they stand: nothing moves under the operator's hand. */
export function mergeVenues(answer: VenuesAnswer, delta: Delta, place: string, searched: boolean): VenuesAnswer {
  if (delta.revision <= answer.revision) return answer;
  const byVenue = new Map<string, Change>();
  for (const change of delta.changes) {
    const known = byVenue.get(change.venue);
    if (!known || known.seq < change.seq) byVenue.set(change.venue, change);
  }
  let touched = false;
  const items = answer.items.map((row) => {
    const change = byVenue.get(row.id);
    if (!change) return row;
    touched = true;
    const now = { class: change.to, finding: change.finding ?? null, why: null, since_ms: change.at_ms };
    return { ...row, ...now, last_ms: Math.max(row.last_ms ?? 0, change.at_ms) };
  });
  const counted = searched ? undefined : delta.counts[place];
  const counts = counted && !sameCounts(answer.counts, counted) ? counted : answer.counts;
  if (!touched && counts === answer.counts) return answer;
  return { ...answer, counts, items: touched ? items : answer.items };
}
