// Curves that a probe measured: read, and scaled to a drawing. Pure.
import type { EvidenceRef, Outcome } from "../api/names";

export interface Curve {
  name: string;
  x_unit: string;
  y_unit: string;
  x: number[];
  y: number[];
}

export interface Measured {
  probe: string;
  name: string;
  at_ms: number;
  evidence: EvidenceRef;
}

/** The newest curves of each probe that have arrived. */
export function curvesOf(outcomes: readonly Outcome[]): Measured[] {
  return outcomes.flatMap((outcome) => {
    const taken = [outcome, outcome.proof].filter((one) => one !== null);
    const found = taken.flatMap((one) =>
      one.evidence
        .filter((evidence) => evidence.media_type === "application/json" && evidence.available)
        .map((evidence) => ({ probe: outcome.probe, name: outcome.name, at_ms: one.at_ms, evidence })),
    );
    return found.slice(0, 1);
  });
}

/** Only curves whose numbers can be drawn. */
export function readCurves(text: unknown): Curve[] {
  const all = (text as { curves?: unknown } | null)?.curves;
  if (!Array.isArray(all)) return [];
  return all.filter((one): one is Curve => {
    const numbers = (list: unknown) => Array.isArray(list) && list.every((n) => Number.isFinite(n));
    return (
      typeof one?.name === "string" &&
      numbers(one.x) &&
      numbers(one.y) &&
      one.x.length === one.y.length &&
      one.x.length > 1
    );
  });
}

export interface Frame {
  x: (value: number) => number;
  y: (value: number) => number;
  low: number;
  high: number;
}

/** Room for all of them: frequencies on a logarithmic axis, decibels down to full tens. */
export function frame(curves: readonly Curve[], width: number, height: number): Frame {
  const xs = curves.flatMap((curve) => curve.x);
  const ys = curves.flatMap((curve) => curve.y);
  const isLog = curves[0]?.x_unit === "Hz" && Math.min(...xs) > 0;
  const along = (value: number) => (isLog ? Math.log(value) : value);
  const from = along(Math.min(...xs));
  const to = along(Math.max(...xs));
  const step = curves[0]?.y_unit === "dB" ? 10 : 0.1;
  const low = Math.floor(Math.min(...ys) / step) * step;
  const high = Math.max(low + step, Math.ceil(Math.max(...ys) / step) * step);
  return {
    x: (value) => ((along(value) - from) / (to - from || 1)) * width,
    y: (value) => height - ((value - low) / (high - low)) * height,
    low: rounded(low),
    high: rounded(high),
  };
}

/** The `d` of a path through a curve. */
export function path(curve: Curve, { x, y }: Frame): string {
  const point = (value: number, at: number) => `${x(value).toFixed(1)} ${y(curve.y[at] ?? 0).toFixed(1)}`;
  return `M${curve.x.map(point).join("L")}`;
}

/** 125 Hz is 125, 8000 Hz is 8k. */
export function hertz(value: number): string {
  return value >= 1000 ? `${Math.round(value / 100) / 10}k` : `${Math.round(value)}`;
}

/** Without what floating point leaves behind. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
