// A value that drifts towards its limit, as a small curve up to the day on which it would cross. Pure.
import type { Warning } from "../api/names";

type Drift = Pick<Warning, "series" | "limit" | "now" | "slope_per_day" | "crosses_ms">;

const DAY_MS = 86_400_000;

export interface Curve {
  /** The measured. */
  path: string;
  /** From the newest on by the slope to where it crosses: two points. */
  ahead: string;
  /** Height of the limit. */
  limit_y: number;
  /** Where it would cross. */
  cross_x: number;
}

/** Null without two points. */
export function curveOf(drift: Drift, width: number, height: number): Curve | null {
  const { series, limit, crosses_ms } = drift;
  const [first] = series;
  const last = series.at(-1);
  if (!first || !last || series.length < 2) return null;
  const until = Math.max(crosses_ms, last[0] + DAY_MS);
  const values = [...series.map(([, value]) => value), limit];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // Room above and below, so that a line at the limit is seen.
  const room = (high - low || 1) * 0.12;
  const x = (at: number) => ((at - first[0]) / (until - first[0])) * width;
  const y = (value: number) => height - ((value - low + room) / (high - low + 2 * room)) * height;
  const point = (at: number, value: number) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  return {
    path: `M${series.map(([at, value]) => point(at, value)).join("L")}`,
    ahead: `M${point(last[0], drift.now)}L${point(until, limit)}`,
    limit_y: Number(y(limit).toFixed(1)),
    cross_x: Number(x(until).toFixed(1)),
  };
}

/** How sure it is, in three words. */
export function sureness(confidence: number): "high" | "fair" | "low" {
  return confidence >= 0.85 ? "high" : confidence >= 0.6 ? "fair" : "low";
}

/** What crosses within a week looks like a fault to come, the rest like a decline. */
export function urgency(days_left: number): "degraded" | "unknown" {
  return days_left <= 7 ? "degraded" : "unknown";
}
