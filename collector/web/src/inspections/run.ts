// How a run of an inspection is read: its parts, its share, what can be done with it. Pure.
import type { Conclusion, RunItem, RunTally } from "../api/names";
import type { Standing } from "../state/classes";

export const KINDS = ["daily", "monthly", "yearly", "before", "assurance", "visit"] as const;

/** What needs a look comes first; lists, chips and sums keep this order. */
export const CONCLUSIONS: readonly Conclusion[] = [
  "abnormal",
  "untested",
  "unfilled",
  "incomplete",
  "open",
  "fixed",
  "normal",
  "excused",
];

export const CONCLUSION_MARK: Record<Conclusion, Standing> = {
  abnormal: "fail",
  untested: "unknown",
  unfilled: "stale",
  incomplete: "unknown",
  open: "never",
  fixed: "pass",
  normal: "pass",
  excused: "excluded",
};

/** What is counted of a run, by conclusion. */
export type Sums = Pick<RunTally, Conclusion | "venues">;

type Standings = Pick<RunItem, "state" | "ended">;

/** How it stands, in a word: what is over says how it ended. */
export type Told = "running" | "paused" | "complete" | "time-up" | "cancelled";

export const toldOf = (run: Standings): Told => (run.state === "ended" ? (run.ended ?? "complete") : run.state);

export const isOpen = (run: Pick<RunItem, "state">): boolean => run.state !== "ended";

/** Venues that have an end, of those to be inspected (the exempt are none): null where nobody is. */
export function progress({ venues, open }: Sums): number | null {
  return venues === 0 ? null : (venues - open) / venues;
}

/** Never rounds up: 100 only when all are sound. */
export function percent(rate: number | null): string {
  return rate === null ? "—" : `${(Math.floor(rate * 1000 + 1e-9) / 10).toFixed(1)}%`;
}

type Worst = Pick<Sums, "abnormal" | "untested" | "unfilled" | "incomplete">;

/** The mark of a run: what is under way has none yet; faults go before what was not tested in whole or in part, and that before what people owe. */
export function resultMark(state: RunItem["state"], of: Worst): Standing | null {
  if (state !== "ended") return null;
  if (of.abnormal > 0) return "fail";
  if (of.untested + of.incomplete > 0) return "unknown";
  return of.unfilled > 0 ? "stale" : "pass";
}

export type Act = "pause" | "resume" | "retry" | "cancel";

/** What can be done with a run as it stands. */
export function actsOn(run: Standings & Pick<RunItem, "edition">, retried: number): readonly Act[] {
  // What was signed speaks of the run as it was.
  const again: readonly Act[] = retried > 0 && run.edition === 0 ? ["retry"] : [];
  if (run.state === "running") return ["pause", ...again, "cancel"];
  if (run.state === "paused") return ["resume", ...again, "cancel"];
  return again;
}
