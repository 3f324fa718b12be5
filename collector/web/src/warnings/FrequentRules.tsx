// From how many faults on a venue fails often: the office's own rule.
import { useState } from "react";
import type { FrequentRule } from "../api/awaited";
import { put } from "../api/fetch";
import { client } from "../api/queries";
import { type Key, useWords } from "../words/words";

const DEADLINE_MS = 15_000;
const FIELDS: readonly [keyof FrequentRule, Key, most: number][] = [
  ["days", "warn.rule.days", 400],
  ["faults", "warn.rule.faults", 1_000],
  ["failed_tests", "warn.rule.tests", 1_000],
];

export function FrequentRules({ rule }: { rule: FrequentRule }) {
  const { t } = useWords();
  const [edited, setEdited] = useState<FrequentRule | null>(null);
  const [failed, setFailed] = useState(false);
  if (edited === null) {
    return (
      <button type="button" className="plain" data-testid="frequent-rule" onClick={() => setEdited(rule)}>
        {t("owed.rules")}
      </button>
    );
  }
  const whole = FIELDS.every(
    ([name, , most]) => Number.isInteger(edited[name]) && edited[name] >= 1 && edited[name] <= most,
  );
  const save = async () => {
    setFailed(false);
    try {
      await put("/frequent/rule", edited, DEADLINE_MS);
      setEdited(null);
    } catch {
      setFailed(true);
    }
    void client.invalidateQueries({ queryKey: ["frequent"] });
  };
  return (
    <span className="frequent-rule" data-testid="frequent-form">
      {FIELDS.map(([name, word, most]) => (
        <label key={name}>
          {t(word)}{" "}
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
      {failed && <small className="is-fail">{t("inspect.problem.0")}</small>}
      <button type="button" className="plain" data-testid="rule-save" disabled={!whole} onClick={() => void save()}>
        {t("plan.save")}
      </button>
      <button type="button" className="plain" onClick={() => setEdited(null)}>
        {t("pad.cancel")}
      </button>
    </span>
  );
}
