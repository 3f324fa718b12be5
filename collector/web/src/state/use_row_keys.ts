// j and k go through the rows of a list, Esc leaves the one that is open.
import { useEffect, useRef } from "react";
import { isModal, isTyping } from "../shell/keys";
import { useNewest } from "./use_newest";

/** `keys`: of the rows, in their order; each row is found by `prefix` and its key. */
export function useRowKeys<K extends string | number>(
  keys: readonly K[],
  chosen: K | null,
  choose: (key: K | null) => void,
  prefix: string,
): void {
  const latest = useRef({ keys, choose });
  latest.current = { keys, choose };
  const held = useNewest(chosen);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      const { keys, choose } = latest.current;
      if (event.key === "Escape") {
        held.choose(null);
        choose(null);
      }
      if (event.key !== "j" && event.key !== "k") return;
      const chosen = held.get();
      const at = chosen === null ? -1 : keys.indexOf(chosen);
      const next = keys[Math.max(0, Math.min(keys.length - 1, at + (event.key === "j" ? 1 : -1)))];
      if (next === undefined) return;
      held.choose(next);
      choose(next);
      document.querySelector(`[data-testid="${prefix}${next}"]`)?.scrollIntoView({ block: "nearest" });
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [prefix, held]);
}
