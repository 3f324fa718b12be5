// A field that narrows a list. The list is asked for when the typist rests, and never in the middle of a word that is being composed.
import { useEffect, useRef } from "react";

const TYPING_MS = 200;

interface SearchProps {
  /** What the list is narrowed by. */
  q: string;
  ask: (q: string) => void;
  label: string;
  hint?: string;
  testid: string;
  className?: string;
  /** Enter leaves the field: the keys go through what was found. */
  leaves?: boolean;
}

export function SearchField({ q, ask, label, hint = label, testid, className, leaves = false }: SearchProps) {
  const timer = useRef<number | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef({ q, ask });
  latest.current = { q, ask };
  // Changed from elsewhere: what is typed just now stays.
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = q;
  }, [q]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const find = (text: string) => {
    window.clearTimeout(timer.current);
    const { q: was, ask: say } = latest.current;
    if (text.trim() !== was) say(text.trim());
  };
  const soon = (text: string) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => find(text), TYPING_MS);
  };
  return (
    <input
      ref={input}
      type="search"
      className={className}
      maxLength={64}
      aria-label={label}
      placeholder={hint}
      autoComplete="off"
      spellCheck={false}
      data-testid={testid}
      defaultValue={q}
      onCompositionEnd={(event) => soon(event.currentTarget.value)}
      onChange={({ target, nativeEvent }) => {
        if (!(nativeEvent as InputEvent).isComposing) soon(target.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        find(event.currentTarget.value);
        if (leaves) event.currentTarget.blur();
      }}
    />
  );
}
