// Which records of calls are looked for, in the URL. Pure.
import type { CallKind } from "../api/names";
import { chinaTime } from "../obligations/board";
import { CALL_KINDS } from "./form";
import type { CallFilter } from "./kept_queries";

const DAY_MS = 86_400_000;

export const NO_FILTER: CallFilter = { kind: "", place: "", from_ms: null, to_ms: null };

/** As it is chosen: days of China, both inside. */
export interface Filter {
  kind: CallKind | "";
  place: string;
  from: string;
  to: string;
}

export function readFilter(parameters: URLSearchParams): Filter {
  const text = (name: string) => parameters.get(name) ?? "";
  const day = (name: string) => (dayOf(text(name)) === null ? "" : text(name));
  return {
    kind: CALL_KINDS.find((one) => one === text("kind")) ?? "",
    place: /^\d{2,12}$/.test(text("place")) ? text("place") : "",
    from: day("from"),
    to: day("to"),
  };
}

const dayOf = (day: string) => chinaTime(`${day}T00:00`);

/** As the collector is asked; null: nothing is left out. */
export function filterOf({ kind, place, from, to }: Filter): CallFilter | null {
  if (kind === "" && place === "" && from === "" && to === "") return null;
  const end = dayOf(to);
  return { kind, place, from_ms: dayOf(from), to_ms: end === null ? null : end + DAY_MS };
}
