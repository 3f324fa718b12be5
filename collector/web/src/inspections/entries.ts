// What stands in a day of the calendar: what ran with its result, what is under way, what will be, what was missed. Pure.
import type { CalendarDay, InspectionKind, NotBegun } from "../api/names";
import type { Standing } from "../state/classes";
import { percent, resultMark } from "./run";

export interface Entry {
  key: string;
  at_ms: number;
  title: string;
  kind: InspectionKind;
  mark: Standing | null;
  told: "due" | "missed" | "running" | "paused" | "ended";
  /** Of what has ended. */
  rate: string;
  run: number | null;
  /** Why it was missed. */
  reason: NotBegun | null;
}

/** In the order of the day. */
export function entriesOf({ runs, due, missed }: CalendarDay): Entry[] {
  const ran = runs.map(
    (run): Entry => ({
      key: `run ${run.id}`,
      at_ms: run.given_ms,
      title: run.title,
      kind: run.kind,
      mark: resultMark(run.state, run),
      told: run.state,
      rate: percent(run.rate),
      run: run.id,
      reason: null,
    }),
  );
  const none = { mark: null, rate: "", run: null, reason: null };
  const planned = due.map((one): Entry => ({ ...none, ...one, key: `due ${one.plan} ${one.at_ms}`, told: "due" }));
  const not = missed.map(
    (one): Entry => ({ ...none, ...one, key: `missed ${one.plan} ${one.at_ms}`, mark: "degraded", told: "missed" }),
  );
  return [...ran, ...planned, ...not].sort((a, b) => a.at_ms - b.at_ms);
}
