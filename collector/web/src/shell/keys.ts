// The keyboard: `/` searches, `g` then a letter opens a page, `?` helps. Lists add j, k, Enter and Esc themselves.
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { cell } from "../state/cell";

export const helpOpen = cell(false);

const CHORD_MS = 1500;
const PAGES: Record<string, string> = {
  o: "/",
  c: "/roll-call",
  a: "/inbound",
  v: "/venues",
  u: "/units",
  s: "/systems",
  m: "/meetings",
  i: "/inspections",
  p: "/assurance",
  r: "/reports",
  w: "/wall",
};

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** A dialogue owns the keyboard while it is open. */
export function isModal(): boolean {
  // A closed dialogue may stay in the document, without a box.
  return [...document.querySelectorAll('[role="dialog"]')].some((dialogue) => dialogue.getClientRects().length > 0);
}

export function useKeys(): void {
  const navigate = useNavigate();
  // Outlives the subscription, which each new address of a page renews.
  const chord_at = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target)) {
        if (event.key === "Escape") (event.target as HTMLElement).blur();
        return;
      }
      if (isModal()) return;
      const page = PAGES[event.key];
      if (page && performance.now() - chord_at.current < CHORD_MS) {
        chord_at.current = Number.NEGATIVE_INFINITY;
        event.preventDefault();
        navigate(page);
        return;
      }
      chord_at.current = event.key === "g" ? performance.now() : Number.NEGATIVE_INFINITY;
      if (event.key === "/") {
        event.preventDefault();
        const search = document.getElementById("search") as HTMLInputElement | null;
        search?.focus();
        search?.select();
      } else if (event.key === "?") {
        helpOpen.set(true);
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [navigate]);
}
