// Verdicts in time joined to spans; where nothing was heard for three intervals there is a gap, not a guess. Pure.
import type { Verdict } from "../api/names";

export interface VerdictSpan {
  verdict: Verdict;
  from_ms: number;
  to_ms: number;
}

export const GAP_INTERVALS = 3;

export function spans(verdicts: readonly [number, Verdict][], interval_ms: number, until_ms: number): VerdictSpan[] {
  const joined: VerdictSpan[] = [];
  for (const [i, [at, verdict]] of verdicts.entries()) {
    const next = verdicts[i + 1]?.[0] ?? until_ms;
    const to_ms = Math.min(next, at + (next - at > GAP_INTERVALS * interval_ms ? interval_ms : next - at), until_ms);
    const last = joined.at(-1);
    if (last && last.verdict === verdict && last.to_ms === at) last.to_ms = to_ms;
    else joined.push({ verdict, from_ms: at, to_ms });
  }
  return joined;
}

/** A line breaks where the data do: a null after each gap. */
export function broken(points: readonly [number, number][], interval_ms: number): [number, number | null][] {
  const line: [number, number | null][] = [];
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    if (before && point[0] - before[0] > GAP_INTERVALS * interval_ms) line.push([before[0] + interval_ms, null]);
    line.push([point[0], point[1]]);
  }
  return line;
}
