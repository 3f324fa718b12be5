// From how many faults on a venue fails often: the office's rule, kept by the collector with who changed it.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, put } from "../api/fetch";
import type { FrequentRule, KeptFrequentRule } from "../api/names";
import { client, frequentRuleQuery } from "../api/queries";
import { Said } from "../inspections/Said";
import { OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { FIELDS, isRule } from "./frequent_rule";
import { RuleChanges } from "./RuleChanges";

const DEADLINE_MS = 15_000;

export function FrequentRules() {
  const { t } = useWords();
  const { data } = useQuery(frequentRuleQuery);
  const [edited, setEdited] = useState<FrequentRule | null>(null);
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  if (!data) return null;
  if (edited === null) {
    const { faults, days, failed_tests } = data;
    return (
      <>
        {data.changed_ms !== null && (
          <small className="soft">
            {t("warn.rule.changed", { day: timestamp(data.changed_ms).slice(0, 10) })}{" "}
            <span data-name="">{data.changed_by}</span>
          </small>
        )}
        <button
          type="button"
          className="plain"
          data-testid="frequent-rule"
          onClick={() => setEdited({ faults, days, failed_tests })}
        >
          {t("owed.rules")}
        </button>
        <RuleChanges kind="frequent" />
      </>
    );
  }
  const save = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    try {
      await put<KeptFrequentRule>("/frequent/rule", { ...edited, person: person.trim() }, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["frequent"] });
      void client.invalidateQueries({ queryKey: ["rules"] });
      setEdited(null);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
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
      <input
        className="frequent-person"
        value={person}
        maxLength={64}
        aria-label={t("inspect.person")}
        placeholder={t("inspect.person")}
        data-testid="rule-person"
        onChange={(event) => setPerson(event.target.value)}
      />
      <button
        type="button"
        className="plain"
        data-testid="rule-save"
        disabled={!isRule(edited) || person.trim() === "" || busy}
        onClick={() => run(save)}
      >
        {t("plan.save")}
      </button>
      <button type="button" className="plain" onClick={() => setEdited(null)}>
        {t("pad.cancel")}
      </button>
      {problem && <Said problem={problem} />}
    </span>
  );
}
