// A template in a form: what a plan has, but for who orders it and when it is due.
import { useState } from "react";
import type { Template } from "../api/names";
import { isPlace } from "../roll_call/form";
import { Levels } from "../roll_call/Levels";
import { Scope } from "../roll_call/Scope";
import { useWords } from "../words/words";
import { PlanManual } from "./PlanManual";
import { Kind, Name, Probes } from "./PlanWhat";
import { Leads, Spread } from "./PlanWhen";
import { draftBy, planOf, templateOf, wrongIn } from "./plan";

interface Props {
  first: Template;
  save: (template: Template) => void;
  cancel: () => void;
}

export function TemplateForm({ first, save, cancel }: Props) {
  const { t } = useWords();
  const [draft, setDraft] = useState(() => draftBy(first, ""));
  const change = (some: Partial<typeof draft>) => setDraft((was) => ({ ...was, ...some }));
  const wrong = wrongIn(draft).filter((one) => one !== "operator" && one !== "when");
  const work = planOf(draft)?.work;
  return (
    <>
      <div className="plan-form call-form" data-testid="template-form">
        <div className="plan-what">
          <Name draft={draft} change={change} />
          <Kind draft={draft} change={change} />
        </div>
        <Scope of="include" chosen={draft.include} set={(include) => change({ include })} word={t("plan.scope")} />
        <Levels
          chosen={draft.levels ?? []}
          set={(levels) => change({ levels })}
          enabled={draft.include.some(isPlace)}
        />
        <Scope of="except" chosen={draft.without} set={(without) => change({ without })} />
        <Probes draft={draft} change={change} />
        <PlanManual draft={draft} change={change} />
        <Spread draft={draft} change={change} />
        {draft.kind === "before" && (
          <fieldset className="plan-part" aria-label={t("plan.when")}>
            <b>{t("plan.when")}</b>
            <Leads
              lead_min={draft.when.lead_min}
              set={(lead_min) => change({ when: { ...draft.when, by: "meetings", lead_min } })}
            />
          </fieldset>
        )}
      </div>
      <div className="plan-foot">
        <span className="is-degraded" role="status">
          {wrong.length > 0 &&
            t("plan.wrong", { what: wrong.map((one) => t(`plan.wrong.${one}`)).join(t("backups.and")) })}
        </span>
        <span className="grow" />
        <button type="button" className="plain" onClick={cancel}>
          {t("pad.cancel")}
        </button>
        <button
          type="button"
          className="plain is-first"
          data-testid="template-save"
          disabled={wrong.length > 0 || !work}
          onClick={() => work && save(templateOf(first.key, draft, work))}
        >
          {t("plan.save")}
        </button>
      </div>
    </>
  );
}
