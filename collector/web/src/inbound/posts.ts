// The rooms that are called from above: those of the province's own seat, and those that this post has added. Pure.

import type { VenueRow } from "../api/names";
import type { CallKind, InboundItem } from "./shapes";

/** Who calls us, as the record has it: in Chinese, whatever the screen speaks. */
export const CALLERS = [
  { key: "inbound.caller.ministry", value: "应急管理部" },
  { key: "inbound.caller.government", value: "省政府" },
] as const;

/** Under which name this browser remembers. */
export const POSTS = "avow.inbound.posts";
export const CALLER = "avow.inbound.caller";
/** One key each. */
export const MOST_POSTS = 9;

/** Venues in the order of their keys; what is not a venue's code is left out. */
export function readPosts(text: string | null): string[] {
  const codes = (text ?? "").split(",").filter((code) => /^\d{2,12}-\d{1,3}$/.test(code));
  return [...new Set(codes)].slice(0, MOST_POSTS);
}

export function writePosts(posts: readonly string[]): string {
  return posts.join(",");
}

/** The rooms of the province's own seat among those that were found. */
export function seatOf(rows: readonly VenueRow[], province: string): string[] {
  return rows.filter((row) => row.place === province).map((row) => row.id);
}

/** The open call that the same press would give back: one that a person has still to answer, and whose time is not over. */
export function sameCall(
  calls: readonly InboundItem[],
  { venue, caller, kind }: { venue: string; caller: string; kind: CallKind },
  now_ms: number,
): InboundItem | null {
  const is_awaited = ({ state, answer, until_ms }: InboundItem) =>
    state === "open" && (answer === null || answer.how === "auto") && now_ms < until_ms;
  const is_it = (call: InboundItem) => call.venue === venue && call.caller === caller.trim() && call.kind === kind;
  return calls.find((call) => is_it(call) && is_awaited(call)) ?? null;
}

/** The post that a key stands for; null: none. */
export function postOf<T>(key: string, posts: readonly T[]): T | null {
  return /^[1-9]$/.test(key) ? (posts[Number(key) - 1] ?? null) : null;
}
