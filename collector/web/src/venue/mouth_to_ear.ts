// Two venues that hear and see each other: what the rows say, and where the mark of the lip-sync bar stands. Pure.
import type { MouthToEarLimits, MouthToEarRun, MouthToEarWay, Verdict } from "../api/names";

/** The bar shows so much late (left) and early (right) sound, milliseconds. */
export const BAR = { late: 300, early: 200 } as const;

/** Where a value stands on the bar, 0 to 1; beyond the ends at the ends. */
export function onBar(early_ms: number): number {
  return Math.min(1, Math.max(0, (early_ms + BAR.late) / (BAR.late + BAR.early)));
}

/** The bands of the bar from left to right: how wide, and what a value in them is. */
export function bands(limits: MouthToEarLimits): { width: number; of: Verdict }[] {
  const [good_early = 0, most_early = 0] = limits.early_ms;
  const [good_late = 0, most_late = 0] = limits.late_ms;
  const edges = [-BAR.late, -most_late, -good_late, good_early, most_early, BAR.early].map(onBar);
  const of: Verdict[] = ["fail", "degraded", "pass", "degraded", "fail"];
  return of.map((verdict, at) => ({ of: verdict, width: (edges[at + 1] ?? 1) - (edges[at] ?? 0) }));
}

/** How good the sound against the picture is. */
export function syncVerdict(early_ms: number, limits: MouthToEarLimits): Verdict {
  const [good = 0, most = 0] = early_ms >= 0 ? limits.early_ms : limits.late_ms;
  const by = Math.abs(early_ms);
  return by <= good ? "pass" : by <= most ? "degraded" : "fail";
}

/** What a way comes to: its worst finding; not known when the listener told nothing. */
export function wayVerdict(way: MouthToEarWay): Verdict {
  if (way.heard === null) return "unknown";
  return way.findings[0]?.verdict ?? "pass";
}

/** The venue at the other end. */
export function otherEnd(run: MouthToEarRun, venue: string): { venue: string; name: string } {
  return run.ends.find((end) => end.venue !== venue) ?? { venue, name: venue };
}

/** Seconds until a run is over at the latest; 0 when it is. */
export function secondsLeft(run: MouthToEarRun, now_ms: number): number {
  return run.until_ms == null ? 0 : Math.max(0, Math.ceil((run.until_ms - now_ms) / 1000));
}
