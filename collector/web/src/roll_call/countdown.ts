// The clock of a roll call. Pure: the collector's time comes in as an argument.
import type { RollCallItem } from "../api/names";

export type Phase = "running" | "last" | "over" | "ended";

export interface Countdown {
  phase: Phase;
  /** '2:59', '+0:12' after the deadline; of one in which all have answered, or that has ended, how long it took. */
  text: string;
  /** 0 to 1 of the time until the deadline. */
  passed: number;
}

const LAST_MS = 30_000;

/** '3:00', '61:05'. */
export function minutes(ms: number): string {
  const s = Math.floor(Math.max(0, ms) / 1000);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** '0.84 s' as '0.84', '12.3', '75': seconds of an answer, finer where it was quick. */
export function seconds(ms: number): string {
  const s = ms / 1000;
  return s < 10 ? s.toFixed(2) : s < 60 ? s.toFixed(1) : s.toFixed(0);
}

/** A call to us is never complete before it is over. */
export type Timed = Pick<RollCallItem, "given_ms" | "until_ms" | "ended_ms"> & { complete_ms?: number | null };

/** When there was nothing more to wait for: everybody had answered, or the call was over. */
export function settledAt({ complete_ms, ended_ms }: Timed): number | null {
  return complete_ms ?? ended_ms;
}

export function countdown(call: Timed, now_ms: number): Countdown {
  const whole = Math.max(1, call.until_ms - call.given_ms);
  const passed = (at: number) => Math.min(1, Math.max(0, (at - call.given_ms) / whole));
  const settled = settledAt(call);
  if (settled !== null) return { phase: "ended", text: minutes(settled - call.given_ms), passed: passed(settled) };
  const left = call.until_ms - now_ms;
  if (left < 0) return { phase: "over", text: `+${minutes(-left)}`, passed: 1 };
  // A second that has begun is still there: 3:00 stands for a whole second, 0:00 only when the time is up.
  const text = minutes(Math.min(whole, Math.ceil(left / 1000) * 1000));
  return { phase: left <= LAST_MS ? "last" : "running", text, passed: passed(now_ms) };
}
