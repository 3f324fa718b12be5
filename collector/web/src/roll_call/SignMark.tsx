// A venue's sign in a roll call: shape, colour and word together.
import { memo } from "react";
import { useWords } from "../words/words";
import { PAINTS, SHAPES, type Sign } from "./sign";

export const SignMark = memo(function SignMark({ of }: { of: Sign }) {
  const { path, line } = SHAPES[of];
  return (
    <svg className="mark" viewBox="0 0 16 16" aria-hidden="true" style={{ color: `var(--${PAINTS[of]})` }}>
      {line === undefined ? (
        <path d={path} fill="currentColor" />
      ) : (
        <path d={path} fill="none" stroke="currentColor" strokeWidth={line} />
      )}
    </svg>
  );
});

/** `word`: what is said instead of the sign's own word. */
export function Signed({ of, word }: { of: Sign; word?: string }) {
  const { t } = useWords();
  return (
    <span className="state" data-sign={of}>
      <SignMark of={of} />
      {word ?? t(`call.sign.${of}`)}
    </span>
  );
}
