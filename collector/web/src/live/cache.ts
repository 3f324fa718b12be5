// What arrives from the stream goes into the cache in place; what a delta cannot carry is asked for again, seldom.

import type { Delta, Hello, InboundNews, PlaceAnswer, VenuesAnswer } from "../api/names";
import { client, type VenueFilter } from "../api/queries";
import { cell } from "../state/cell";
import { mergePlace, mergeVenues } from "./merge";
import { remember } from "./recent";

/** Deltas carry no problems: they are read anew at most this often. */
const PROBLEMS_EVERY_MS = 5_000;
const VENUE_EVERY_MS = 1_000;

/** How many changes the lists have seen since they were sorted. */
export const listChanges = cell(0);

/** When each was last asked for again; a timer is running while the time lies ahead. */
const due = new Map<string, number>();

/** At once when it was long ago, else once when its time has come. */
function seldom(queryKey: readonly unknown[], every_ms: number): void {
  const key = JSON.stringify(queryKey);
  const at = performance.now();
  const last = due.get(key) ?? Number.NEGATIVE_INFINITY;
  if (last > at) return;
  const next = Math.max(at, last + every_ms);
  due.set(key, next);
  window.setTimeout(() => void client.invalidateQueries({ queryKey }), next - at);
}

export function helloArrived(hello: Hello): void {
  const older = (revision: number | undefined) => revision !== undefined && revision < hello.revision;
  // What became of calls to us while nobody listened is not told.
  void client.invalidateQueries({ queryKey: ["inbound"] });
  void client.invalidateQueries({
    predicate: ({ queryKey, state }) =>
      ["place", "venue", "systems"].includes(String(queryKey[0])) &&
      older((state.data as { revision?: number } | undefined)?.revision),
  });
}

export function deltaArrived(delta: Delta, scope: string): void {
  remember(delta);
  client.setQueryData<PlaceAnswer>(["place", scope], (answer) => answer && mergePlace(answer, delta));
  for (const [key, answer] of client.getQueriesData<VenuesAnswer>({ queryKey: ["venues"] })) {
    const filter = key[1] as VenueFilter;
    const merged = answer && mergeVenues(answer, delta, filter.place || scope, filter.q !== "");
    // Keep the time of the answer: a merged row does not make the rest of the page newer.
    if (merged && merged !== answer) {
      client.setQueryData(key, merged, { updatedAt: client.getQueryState(key)?.dataUpdatedAt });
    }
  }
  if (delta.changes.length > 0) {
    listChanges.set(listChanges.get() + delta.changes.length);
    seldom(["place", scope], PROBLEMS_EVERY_MS);
  }
  const touched = new Set([...delta.venues, ...delta.changes.map((change) => change.venue)]);
  for (const [key] of client.getQueriesData({ queryKey: ["venue"] })) {
    if (touched.has(String(key[1]))) seldom(key, VENUE_EVERY_MS);
  }
}

/** Of a call to us that changed: it, and the lists in which it stands. */
export function inboundArrived(news: InboundNews): void {
  for (const { id } of news.calls) void client.invalidateQueries({ queryKey: ["inbound", "call", String(id)] });
  for (const list of ["open", "past", "summary"]) void client.invalidateQueries({ queryKey: ["inbound", list] });
}

export function resyncArrived(): void {
  for (const kind of ["place", "venues", "venue", "systems", "inbound"])
    void client.invalidateQueries({ queryKey: [kind] });
}
