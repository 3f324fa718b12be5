// A template in a form: what a plan has, but for who orders it and when it is due.
import { useState } from "react";
import type { Template } from "../api/names";
import { Scope } from "../roll_call/Scope";
import { useWords } from "../words/words";
import { PlanManual } from "./PlanManual";
import { Kind, Name, Probes } from "./PlanWhat";
import { Spread } from "./PlanWhen";
import { draftBy, planOf, wrongIn } from "./plan";

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
        <Scope of="except" chosen={draft.without} set={(without) => change({ without })} />
        <Probes draft={draft} change={change} />
        <PlanManual draft={draft} change={change} />
        <Spread draft={draft} change={change} />
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
          onClick={() => work && save({ key: first.key, title: draft.title.trim(), work })}
        >
          {t("plan.save")}
        </button>
      </div>
    </>
  );
}
