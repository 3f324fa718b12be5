// The ledger of what has to be put right, without a screen: its question in the URL, its marks, what may be done next. Pure.
import type { NewRectify, RectifyItem, RectifyState, RectifySums, Source } from "../api/names";
import { dayOf } from "../inspections/calendar";
import type { Standing } from "../state/classes";

/** In the order of the way. */
export const STATES: readonly RectifyState[] = ["open", "fixed", "passed", "closed"];

/** How one is shown: what is late looks late, whatever its state. */
export type Shown = RectifyState | "overdue";
export const SHOWN: readonly Shown[] = ["overdue", ...STATES];

export const SHOWN_MARK: Record<Shown, Standing> = {
  overdue: "fail",
  open: "degraded",
  fixed: "never",
  passed: "unknown",
  closed: "pass",
};

export const shownOf = (item: Pick<RectifyItem, "state" | "overdue">): Shown => (item.overdue ? "overdue" : item.state);

export const countOf = (sums: RectifySums, shown: Shown): number => sums[shown];

export const ROWS = 100;

export interface Question {
  shown: Shown | "";
  place: string;
  unit: string;
  q: string;
  page: number;
  /** The one that is open. */
  id: number | null;
}

export function readQuestion(parameters: URLSearchParams): Question {
  const number = (name: string) => {
    const value = Number(parameters.get(name));
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  const place = parameters.get("place") ?? "";
  return {
    shown: SHOWN.find((one) => one === parameters.get("shown")) ?? "",
    place: /^\d{2,12}$/.test(place) ? place : "",
    unit: parameters.get("unit") ?? "",
    q: parameters.get("q") ?? "",
    page: number("page"),
    id: number("id") || null,
  };
}

/** As the collector wants it. */
export function filterOf({ shown, place, unit, q }: Question): Record<string, string> {
  const of = shown === "overdue" ? { overdue: "true", state: "" } : { overdue: "", state: shown };
  return { ...of, place, unit, q };
}

export type Act = "fixed" | "passed" | "failed" | "closed" | "changed" | "reopened";

/** What may be done with one as it stands. */
export function actsOf(state: RectifyState): readonly Act[] {
  switch (state) {
    case "open":
      return ["fixed", "changed", "closed"];
    case "fixed":
      return ["passed", "failed", "changed", "closed"];
    case "passed":
      return ["closed", "failed", "changed"];
    case "closed":
      return ["reopened"];
  }
}

/** Whether a reason has to be named: what is closed without a re-test that was passed, and what is taken up again. */
export function needsReason(act: Act, state: RectifyState): boolean {
  return act === "reopened" || act === "failed" || (act === "closed" && state !== "passed");
}

/** The end of a day in China, as a deadline means it; null when it is no day. */
export function dueOf(day: string): number | null {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T23:59:59+08:00`) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

export const dayOfDue = (due_ms: number): string => dayOf(due_ms);

export interface Draft {
  subject: string;
  item: string;
  problem: string;
  advice: string;
  unit: string;
  day: string;
  person: string;
}

/** Null: something is missing, or the deadline lies behind. */
export function newOf(draft: Draft, origin: Source, now_ms: number): NewRectify | null {
  const due_ms = dueOf(draft.day);
  const [subject, problem, unit, person] = [draft.subject, draft.problem, draft.unit, draft.person].map((one) =>
    one.trim(),
  );
  const known = /^\d{2,12}(-\d{2})?$/.test(subject ?? "");
  if (!known || !subject || !problem || !unit || !person || due_ms === null || due_ms <= now_ms) return null;
  return {
    subject,
    origin,
    item: draft.item.trim(),
    problem,
    advice: draft.advice.trim(),
    unit,
    due_ms,
    person,
    note: "",
  };
}

/** Where one can read what brought it to light. */
export function originPath({ kind, id }: Source): string | null {
  if (id === null) return kind === "warning" ? "/inspections/warnings" : null;
  if (kind === "inspection") return `/inspections/runs/${id}`;
  return kind === "roll-call" ? `/roll-call/${id}` : null;
}
