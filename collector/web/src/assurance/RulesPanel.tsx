// What each level changes: defaults that the office edits.
import { useState } from "react";
import { ApiProblem, put } from "../api/fetch";
import type { AssuranceRule } from "../api/names";
import { client } from "../api/queries";
import { Said } from "../inspections/Said";
import { Panel } from "../panels/Panel";
import { OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { RuleChanges } from "../warnings/RuleChanges";
import { useWords } from "../words/words";
import { everyTold, isOrdered } from "./assurance";
import { Roman } from "./Badge";

const DEADLINE_MS = 15_000;
const MINUTE_S = 60;

export function RulesPanel({ levels }: { levels: readonly AssuranceRule[] }) {
  const words = useWords();
  const { t } = words;
  const [edited, setEdited] = useState<readonly AssuranceRule[] | null>(null);
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const shown = edited ?? levels;
  const set = (level: string, some: Partial<AssuranceRule>) =>
    setEdited(shown.map((one) => (one.level === level ? { ...one, ...some } : one)));
  const whole = shown.every((one) =>
    [one.check_every_s, one.roll_calls_a_day, one.extra_staff].every((n) => Number.isInteger(n) && n >= 0),
  );
  const save = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    try {
      await put("/assurance/rules", { levels: edited, person: person.trim() }, DEADLINE_MS);
      setEdited(null);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    void client.invalidateQueries({ queryKey: ["assurance"] });
    void client.invalidateQueries({ queryKey: ["rules"] });
  };
  const number = (of: AssuranceRule, name: "roll_calls_a_day" | "extra_staff" | "check_every_s", unit: number) => (
    <input
      type="number"
      min={0}
      aria-label={`${t(`assure.level.${of.level}`)} ${t(`assure.rule.${name}`)}`}
      data-testid={`rule-${of.level}-${name}`}
      value={Number.isNaN(of[name]) ? "" : of[name] / unit}
      onChange={(event) => set(of.level, { [name]: event.target.valueAsNumber * unit })}
    />
  );
  return (
    <Panel
      title={t("assure.rules")}
      className="assurance-rules"
      extra={
        edited === null ? (
          <button type="button" className="plain" data-testid="rules-edit" onClick={() => setEdited(levels)}>
            {t("plan.edit")}
          </button>
        ) : (
          <>
            <button type="button" className="plain" onClick={() => setEdited(null)}>
              {t("pad.cancel")}
            </button>
            <button
              type="button"
              className="plain is-first"
              data-testid="rules-save"
              disabled={!whole || !isOrdered(shown) || person.trim() === "" || busy}
              onClick={() => run(save)}
            >
              {t("plan.save")}
            </button>
          </>
        )
      }
    >
      <table className="grid-table" data-testid="assure-rules">
        <thead>
          <tr>
            <th scope="col">{t("assure.level")}</th>
            {(["check_every_s", "roll_calls_a_day", "depth", "extra_staff"] as const).map((name) => (
              <th key={name} scope="col">
                {t(`assure.rule.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.level}>
              <th scope="row">
                <Roman of={one.level} />
              </th>
              <td>
                {edited === null ? (
                  everyTold(one.check_every_s, words)
                ) : (
                  <>
                    {number(one, "check_every_s", MINUTE_S)} {t("assure.minutes")}
                  </>
                )}
              </td>
              <td className="num">{edited === null ? one.roll_calls_a_day : number(one, "roll_calls_a_day", 1)}</td>
              <td>
                {edited === null ? (
                  t(`call.depth.${one.depth}`)
                ) : (
                  <select
                    aria-label={`${t(`assure.level.${one.level}`)} ${t("assure.rule.depth")}`}
                    data-testid={`rule-${one.level}-depth`}
                    value={one.depth}
                    onChange={(event) =>
                      set(one.level, { depth: event.target.value === "ready" ? "ready" : "present" })
                    }
                  >
                    {(["present", "ready"] as const).map((depth) => (
                      <option key={depth} value={depth}>
                        {t(`call.depth.${depth}`)}
                      </option>
                    ))}
                  </select>
                )}
              </td>
              <td className="num">{edited === null ? `+${one.extra_staff}` : number(one, "extra_staff", 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {edited !== null && (
        <input
          value={person}
          maxLength={64}
          aria-label={t("inspect.person")}
          placeholder={t("inspect.person")}
          data-testid="rules-person"
          onChange={(event) => setPerson(event.target.value)}
        />
      )}
      <RuleChanges kind="levels" />
      {edited !== null && !isOrdered(shown) && <p className="is-degraded">{t("assure.rules.order")}</p>}
      {problem && <Said problem={problem} />}
    </Panel>
  );
}
