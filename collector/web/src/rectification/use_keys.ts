// j and k go through a list of numbered rows, Esc leaves the one that is open.
import { useEffect, useRef } from "react";
import { isModal, isTyping } from "../shell/keys";
import type { Ask } from "./RectificationPage";

export function useKeys(rows: readonly { id: number }[], id: number | null, ask: Ask): void {
  const latest = useRef({ rows, id, ask });
  latest.current = { rows, id, ask };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      const { rows, id, ask } = latest.current;
      if (event.key === "Escape") ask({ id: null });
      if (event.key !== "j" && event.key !== "k") return;
      const at = rows.findIndex((row) => row.id === id);
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)))];
      if (!next) return;
      ask({ id: next.id });
      document.querySelector(`[data-testid="matter-${next.id}"]`)?.scrollIntoView({ block: "nearest" });
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
