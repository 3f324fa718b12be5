// What a page looks at, in its URL: read, and changed in part.
import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type Change = Readonly<Record<string, string | number | null>>;

/** What is empty, zero or null goes from the URL. */
export function useSearch(): [parameters: URLSearchParams, change: (some: Change) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (some: Change) => {
      // As it is now, not as it was drawn: a change that waited for a typist must not undo a later one.
      const next = new URLSearchParams(window.location.search);
      for (const [key, value] of Object.entries(some)) {
        if (value) next.set(key, String(value));
        else next.delete(key);
      }
      setParameters(next, { replace: true });
    },
    [setParameters],
  );
  return [parameters, change];
}
