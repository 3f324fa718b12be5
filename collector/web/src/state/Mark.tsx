// A state's shape. The colour never stands alone: the shape tells the class, and a word always stands beside it.
import { memo } from "react";
import { useWords } from "../words/words";
import type { Standing } from "./classes";

const SHAPES: Record<Standing, React.ReactNode> = {
  pass: <circle cx="8" cy="8" r="6" fill="currentColor" />,
  degraded: <path d="M8 1.5 15 14H1z" fill="currentColor" />,
  fail: <rect x="2" y="2" width="12" height="12" fill="currentColor" />,
  unknown: <path d="M8 1 15 8 8 15 1 8z" fill="currentColor" />,
  silent: <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="2.6" />,
  stale: (
    <circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" strokeWidth="2.4" strokeDasharray="3.2 2.87" />
  ),
  never: <path d="M2 7h12v2H2z" fill="currentColor" />,
  excluded: <path d="M3 3l10 10M13 3 3 13" fill="none" stroke="currentColor" strokeWidth="2" />,
};

export const Mark = memo(function Mark({ of }: { of: Standing }) {
  return (
    <svg className={`mark is-${of}`} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[of]}
    </svg>
  );
});

/** Shape, colour and word together. */
export function State({ of, word }: { of: Standing; word?: string }) {
  const { t } = useWords();
  return (
    <span className={`state is-${of}`} data-class={of}>
      <Mark of={of} />
      {word ?? t(`class.${of}`)}
    </span>
  );
}
