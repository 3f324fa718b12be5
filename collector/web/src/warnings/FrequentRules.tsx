// From how many faults on a venue fails often: the question that is asked, in the URL.
import { useState } from "react";
import type { FrequentRule } from "../api/names";
import { useWords } from "../words/words";
import { FIELDS, isRule } from "./frequent_rule";

export function FrequentRules({ rule, set }: { rule: FrequentRule; set: (rule: FrequentRule) => void }) {
  const { t } = useWords();
  const [edited, setEdited] = useState<FrequentRule | null>(null);
  if (edited === null) {
    return (
      <button type="button" className="plain" data-testid="frequent-rule" onClick={() => setEdited(rule)}>
        {t("owed.rules")}
      </button>
    );
  }
  return (
    <span className="frequent-rule" data-testid="frequent-form">
      {FIELDS.map(([name, most]) => (
        <label key={name}>
          {t(`warn.rule.${name}`)}{" "}
          <input
            type="number"
            min={1}
            max={most}
            value={Number.isNaN(edited[name]) ? "" : edited[name]}
            data-testid={`rule-${name}`}
            onChange={(event) => setEdited({ ...edited, [name]: event.target.valueAsNumber })}
          />
        </label>
      ))}
      <button
        type="button"
        className="plain"
        data-testid="rule-save"
        disabled={!isRule(edited)}
        onClick={() => set(edited)}
      >
        {t("warn.rule.show")}
      </button>
      <button type="button" className="plain" onClick={() => setEdited(null)}>
        {t("pad.cancel")}
      </button>
    </span>
  );
}
