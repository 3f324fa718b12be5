// Which part of a meeting's time it is, and its hours in words. Pure.
import type { VenueMeeting } from "../api/names";
import { axisTime, timestamp } from "../time/age";

/** `before` and `after`: the margins, in which nothing disturbs the room either. */
export type Phase = "next" | "before" | "on" | "after" | "over";

export function phase(meeting: VenueMeeting, now_ms: number): Phase {
  if (now_ms < meeting.covers_from_ms) return "next";
  if (now_ms < meeting.from_ms) return "before";
  if (now_ms < meeting.to_ms) return "on";
  return now_ms < meeting.covers_to_ms ? "after" : "over";
}

const dayOf = (at_ms: number) => timestamp(at_ms).slice(0, 10);

/** '15:00–16:30' today, '11-28 09:00–11:00' on another day, both with their dates where it ends on another day than it begins. */
export function hours(meeting: VenueMeeting, now_ms: number): string {
  const { from_ms, to_ms } = meeting;
  const isLong = dayOf(from_ms) !== dayOf(to_ms);
  const from = axisTime(from_ms, isLong || dayOf(from_ms) !== dayOf(now_ms));
  return `${from}–${axisTime(to_ms, isLong)}`;
}
