// The board of obligations without a screen: its order, its marks, its question in the URL, where the cursor goes.
import type { BoardPeriod, BoardSums, OwedState, OwingKind } from "../api/names";
import type { Standing } from "../state/classes";

/** The most urgent first: the order of the collector. */
export const OWED_STATES: readonly OwedState[] = ["overdue", "owed", "done", "ahead", "excused", "free"];

/** Shape and colour of each; what is to come and what is not asked have words alone. */
export const OWED_MARK: Record<OwedState, Standing | null> = {
  overdue: "fail",
  owed: "degraded",
  done: "pass",
  ahead: null,
  excused: "excluded",
  free: null,
};

export const KINDS = ["monthly", "yearly", "meeting", "retest"] as const;

export const ROWS = 100;
export const FIRST_YEAR = 2026;
export const LAST_YEAR = 2100;

export interface Question {
  of: OwingKind;
  /** 0: this one. */
  year: number;
  place: string;
  state: OwedState | "";
  q: string;
  page: number;
}

export function readQuestion(parameters: URLSearchParams): Question {
  const year = Number(parameters.get("year"));
  const page = Number(parameters.get("page"));
  return {
    of: parameters.get("of") === "venue" ? "venue" : "county",
    year: Number.isInteger(year) && year >= FIRST_YEAR && year <= LAST_YEAR ? year : 0,
    place: /^\d{2,12}$/.test(parameters.get("place") ?? "") ? (parameters.get("place") ?? "") : "",
    state: OWED_STATES.find((state) => state === parameters.get("state")) ?? "",
    q: parameters.get("q") ?? "",
    page: Number.isInteger(page) && page > 0 ? page : 0,
  };
}

/** As the collector wants it. */
export function asked(question: Question): Record<string, string | number> {
  const { of, year, place, state, q, page } = question;
  return { of, year: year || "", place, state, q, offset: page * ROWS, limit: ROWS };
}

/** First and last month of a period, as figures. */
export function monthsOf(period: Pick<BoardPeriod, "first" | "months">): [from: number, to: number] {
  const first = Number(period.first.slice(5));
  return [first, first + period.months - 1];
}

/** How many owed and how many of them did, where anybody owes: the excused and what is not asked stand outside. */
export function rate(sums: BoardSums): { done: number; owed: number } | null {
  const owed = sums.done + sums.owed + sums.overdue;
  return owed === 0 ? null : { done: sums.done, owed };
}

/** The most urgent state that somebody is in, of those that are owed and done; null where nobody owes. */
export function worst(sums: BoardSums): OwedState | null {
  return (["overdue", "owed", "done"] as const).find((state) => sums[state] > 0) ?? null;
}

/** The period that is on at `now_ms`, else the nearest end of the year. */
export function current(periods: readonly BoardPeriod[], now_ms: number): number {
  const at = periods.findIndex((period) => now_ms < period.to_ms);
  return at === -1 ? Math.max(0, periods.length - 1) : at;
}

export interface Cursor {
  row: number;
  column: number;
}

/** Where a key leads; null for a key that moves nothing. */
export function moved(at: Cursor | null, key: string, size: Cursor, start: number): Cursor | null {
  const steps: Record<string, [number, number]> = {
    j: [1, 0],
    ArrowDown: [1, 0],
    k: [-1, 0],
    ArrowUp: [-1, 0],
    l: [0, 1],
    ArrowRight: [0, 1],
    h: [0, -1],
    ArrowLeft: [0, -1],
  };
  const step = steps[key];
  if (!step || size.row === 0 || size.column === 0) return null;
  if (!at) return { row: 0, column: start };
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most - 1, value));
  return { row: clamp(at.row + step[0], size.row), column: clamp(at.column + step[1], size.column) };
}

/** '2026-11-27T14:30' as people in China mean it. */
export function chinaTime(text: string): number | null {
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) ? Date.parse(`${text}:00+08:00`) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

interface Named {
  person: string;
  telephone: string | null;
}

/** Whether two ends have one person: of two with the same name, their numbers tell that they are two. */
export function isSame(who: Named, other: Named | null): boolean {
  if (other === null || who.person.trim() === "" || who.person.trim() !== other.person.trim()) return false;
  const [own, others] = [(who.telephone ?? "").trim(), (other.telephone ?? "").trim()];
  return own === "" || others === "" || own === others;
}
