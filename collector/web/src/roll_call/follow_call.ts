// Follows one roll call: the whole of it once, then what changes, until it is a record.
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiProblem, ask, query } from "../api/fetch";
import type { RollCallAnswer } from "../api/names";
import { type Book, merge, nextPoll, sinceOf } from "./book";

const DEADLINE_MS = 30_000;
const AGAIN_MS = 2_000;

export interface Followed {
  book: Book | null;
  /** The last question had no answer; the book is as old as it says. */
  error: Error | null;
  /** Asks now: something was done. */
  look: () => void;
}

export function useCall(id: string | null): Followed {
  const [book, setBook] = useState<Book | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const wake = useRef<() => void>(() => undefined);
  useEffect(() => {
    setBook(null);
    setError(null);
    if (id === null) return undefined;
    const stop = new AbortController();
    let held: Book | null = null;
    let timer: number | undefined;
    let busy = false;
    let complete = false;
    let again = false;
    const look = async () => {
      window.clearTimeout(timer);
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      const began = performance.now();
      let wait: number | null = AGAIN_MS;
      try {
        const asked = sinceOf(held);
        const answer = await ask<RollCallAnswer>(
          `/roll-calls/${encodeURIComponent(id)}${query({ ...asked })}`,
          stop.signal,
          DEADLINE_MS,
        );
        const isFirst = held === null || held.epoch_ms !== answer.epoch_ms;
        if (isFirst) complete = false;
        held = merge(held, answer, asked);
        complete ||= !answer.more;
        // A call is shown when all of it is there: half of it would look like a smaller one.
        if (complete) setBook(held);
        setError(null);
        wait = answer.more ? 0 : nextPoll(held, performance.now() - began);
      } catch (problem) {
        if (stop.signal.aborted) return;
        setError(problem as Error);
        const is_final = problem instanceof ApiProblem && problem.status >= 400 && problem.status < 500;
        if (is_final && held === null) wait = null;
      } finally {
        busy = false;
      }
      if (stop.signal.aborted) return;
      if (again) wait = 0;
      again = false;
      if (wait !== null) timer = window.setTimeout(look, wait);
    };
    wake.current = () => void look();
    void look();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [id]);
  return { book, error, look: useCallback(() => wake.current(), []) };
}
