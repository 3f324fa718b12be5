// Who says so: a box or a person. Shape and word, so that neither is taken for the other.
import { SHAPES } from "../roll_call/sign";
import { useWords } from "../words/words";

export function Source({ of }: { of: "auto" | "manual" }) {
  const { t } = useWords();
  return (
    <small className={`source is-${of}`} data-source={of}>
      {of === "manual" && (
        <svg className="mark" viewBox="0 0 16 16" aria-hidden="true">
          <path d={SHAPES.person.path} fill="currentColor" />
        </svg>
      )}
      {t(`inspect.source.${of}`)}
    </small>
  );
}
