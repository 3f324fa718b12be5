// Quiet hours of a plan, in which nobody is asked: what they do to when it runs. Pure.
import type { Work } from "../api/names";
import type { Draft } from "./plan";
import { planWhenOf } from "./when";

type Hours = NonNullable<Work["quiet"]>;

const DAY_MIN = 1440;
const UTC8_MIN = 480;
/** In the last half hour before a meeting nothing may disturb it. */
const BEFORE_MIN = 30;

const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

const lengthOf = ({ from, to }: Hours) => (minuteOf(to) - minuteOf(from) + DAY_MIN) % DAY_MIN;

/** Whether a minute of the day in China lies in them. */
function has(quiet: Hours, minute: number): boolean {
  return (minute - minuteOf(quiet.from) + DAY_MIN) % DAY_MIN < lengthOf(quiet);
}

/** Whether they are now. */
export function isQuietNow(quiet: Hours | null | undefined, now_ms: number): boolean {
  return quiet ? has(quiet, (Math.floor(now_ms / 60_000) + UTC8_MIN) % DAY_MIN) : false;
}

/**
 * What is to be known before a plan is kept: `later` when it is due in quiet hours and begins behind them, `never` when they may take
 * all the time before a meeting.
 */
export function quietWarning({ quiet, when }: Pick<Draft, "quiet" | "when">): "later" | "never" | null {
  const due = planWhenOf(when);
  if (!quiet || due === null || due === "by-hand") return null;
  if ("before-meetings" in due) return due["before-meetings"] - BEFORE_MIN <= lengthOf(quiet) ? "never" : null;
  const { times } = due.calendar;
  return "at" in times && times.at.some((time) => has(quiet, minuteOf(time))) ? "later" : null;
}
