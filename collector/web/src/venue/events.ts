// What happened in the room: which lines are shown and what stands before each. Pure.
import type { AgentEvent } from "../api/names";
import type { Lang } from "../time/age";
import { eventTitle } from "../words/words";

/** So many are read at a glance. */
export const FIRST = 8;

export interface EventLine {
  key: string;
  at_ms: number;
  /** Null for a code that this console does not know: the text stands alone. */
  title: string | null;
  text: string;
}

/** In the order of the collector, the newest first. */
export function eventLines(lang: Lang, events: readonly AgentEvent[], all: boolean): EventLine[] {
  return events.slice(0, all ? events.length : FIRST).map(({ at_ms, code, text }) => ({
    key: `${at_ms} ${code} ${text}`,
    at_ms,
    title: eventTitle(lang, code),
    text,
  }));
}
