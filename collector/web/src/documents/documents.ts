// The archive of what was signed off, without a screen: its question in the URL, and what a subject is of. Pure.
import { shiftedMonth } from "../inspections/calendar";
import { timestamp } from "../time/age";

export const ROWS = 100;

/** What stands before the slash of a subject. Others may come with a later collector: they are shown as they are. */
export const KINDS = ["roll-call", "inbound", "inspection", "joint-tests", "assurance"] as const;
export type Kind = (typeof KINDS)[number];

export const kindOf = (subject: string): Kind | null => KINDS.find((kind) => subject.startsWith(`${kind}/`)) ?? null;

export interface Question {
  kind: string;
  /** '2026-11', of China, in which it was signed off; empty: whenever. */
  month: string;
  place: string;
  q: string;
  /** Also those that a later edition takes the place of. */
  all: boolean;
  page: number;
  /** The subject of the one that is open. */
  of: string | null;
}

export function readQuestion(parameters: URLSearchParams): Question {
  const text = (key: string, is: RegExp) => {
    const value = parameters.get(key) ?? "";
    return is.test(value) ? value : "";
  };
  return {
    kind: text("kind", /^[a-z-]{1,32}$/),
    month: text("month", /^20\d{2}-(0[1-9]|1[0-2])$/),
    place: text("place", /^\d{2,12}$/),
    q: parameters.get("q") ?? "",
    all: parameters.get("all") === "1",
    page: Number(text("page", /^\d{1,4}$/)),
    of: text("of", /^[a-z-]+\/[\w/-]{1,64}$/) || null,
  };
}

export const isFiltered = ({ kind, month, place, q }: Question): boolean => `${kind}${month}${place}${q}` !== "";

const startOf = (month: string) => Date.parse(`${month}-01T00:00:00+08:00`);

/** As the collector wants it. */
export function filterOf({ kind, month, place, q, all }: Question): Record<string, string> {
  const wanted: Record<string, string> = { kind, place, q };
  if (month !== "") {
    wanted.from_ms = String(startOf(month));
    wanted.to_ms = String(startOf(shiftedMonth(month, 1)));
  }
  if (!all) wanted.newest = "true";
  return wanted;
}

/** What it is of: a moment, a month or a day, as far as the subject says it; empty: it does not. */
export function whenOf(subject: string): string {
  const [, id = "", day] = subject.split("/");
  if (day !== undefined) return day;
  if (/^\d{4}-\d{2}$/.test(id)) return id;
  // A record's number is the moment at which it was begun.
  return /^1\d{12}$/.test(id) ? timestamp(Number(id)).slice(0, 16) : "";
}

/** Where the record is that it was made of; null: nowhere in the console. */
export function recordPath(subject: string): string | null {
  const [, id = ""] = subject.split("/");
  switch (kindOf(subject)) {
    case "roll-call":
      return `/roll-call/${id}`;
    case "inbound":
      return `/inbound/${id}`;
    case "inspection":
      return `/inspections/runs/${id}`;
    case "joint-tests":
      return "/inspections/obligations";
    case "assurance":
      return "/assurance";
    case null:
      return null;
  }
}
