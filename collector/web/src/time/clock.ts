// The collector's clock: every age is measured on it, not on the office PC's.
import { cell } from "../state/cell";

let offset = 0;
let known = false;

/** Each answer brings the collector's time; the smallest transit wins by simply following the newest. */
export function heard(now_ms: number): void {
  const next = now_ms - Date.now();
  if (!known || Math.abs(next - offset) > 250) offset = next;
  known = true;
}

export function now(): number {
  return Date.now() + offset;
}

/** Ticks once a second; a label re-renders only when its text changes. */
export const second = cell(0);

export function startClock(): () => void {
  const timer = window.setInterval(() => second.set(second.get() + 1), 1000);
  return () => window.clearInterval(timer);
}
