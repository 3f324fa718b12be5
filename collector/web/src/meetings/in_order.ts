// Which meetings are shown, and in which order. Pure.
import type { MeetingItem } from "../api/names";
import { type Phase, phase } from "../venue/meeting";

/** So many are shown: those that count now, then those that come next. */
export const MOST = 200;

const RANK: Record<Phase, number> = { on: 0, before: 1, after: 2, next: 3, over: 4 };

export interface MeetingRow {
  meeting: MeetingItem;
  phase: Phase;
}

/** Those that are not over, what is on first; and how many more there are. */
export function inOrder(meetings: readonly MeetingItem[], now_ms: number): { rows: MeetingRow[]; more: number } {
  const left = meetings
    .map((meeting) => ({ meeting, phase: phase(meeting, now_ms) }))
    .filter((row) => row.phase !== "over");
  left.sort((a, b) => RANK[a.phase] - RANK[b.phase] || a.meeting.from_ms - b.meeting.from_ms);
  return { rows: left.slice(0, MOST), more: Math.max(0, left.length - MOST) };
}
