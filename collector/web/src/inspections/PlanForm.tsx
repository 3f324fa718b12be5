// A plan in a form: what, whom, which tests, what people look at, how many at once, when. What is wrong is said before it is sent.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post, put, send } from "../api/fetch";
import type { Plan } from "../api/names";
import { client } from "../api/queries";
import { isPlace, OPERATOR } from "../roll_call/form";
import { Levels } from "../roll_call/Levels";
import { Scope } from "../roll_call/Scope";
import { AntdFrame } from "../shell/AntdFrame";
import { keep } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { useWords } from "../words/words";
import { FollowGroup, FromGroup } from "./FromGroup";
import { PlanManual } from "./PlanManual";
import { Probes, What } from "./PlanWhat";
import { PlanWhen } from "./PlanWhen";
import { type Draft, planOf, wrongIn } from "./plan";
import { Said } from "./Said";
import "../style/roll_call.css";
import "../style/plans.css";

const DEADLINE_MS = 15_000;

interface FormProps {
  /** Null: a new one. */
  id: number | null;
  first: Draft;
  close: () => void;
}

export function PlanForm({ id, first, close }: FormProps) {
  const { t } = useWords();
  const [draft, setDraft] = useState(first);
  const [problem, setProblem] = useState<Error | null>(null);
  const [sure, setSure] = useState(false);
  const [busy, run] = useBusy();
  const change = (some: Partial<Draft>) => setDraft((was) => ({ ...was, ...some }));
  const wrong = wrongIn(draft);
  const done = async (work: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await work();
      await client.invalidateQueries({ queryKey: ["inspections"] });
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  const save = () => {
    keep(OPERATOR, draft.operator.trim());
    const plan = planOf(draft);
    if (plan === null) return;
    run(() =>
      done(() =>
        id === null
          ? post<Plan>("/inspections/plans", plan, DEADLINE_MS)
          : put<Plan>(`/inspections/plans/${id}`, plan, DEADLINE_MS),
      ),
    );
  };
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={980}
        title={t(id === null ? "plan.new" : "plan.edit.title")}
        onCancel={close}
        footer={
          <div className="plan-foot">
            {id !== null && (
              <button
                type="button"
                className="plain"
                data-testid="plan-delete"
                onClick={() =>
                  sure
                    ? run(() => done(() => send("DELETE", `/inspections/plans/${id}`, {}, DEADLINE_MS)))
                    : setSure(true)
                }
              >
                {t(sure ? "plan.delete.sure" : "plan.delete")}
              </button>
            )}
            <span className="is-degraded" role="status" data-testid="plan-wrong">
              {wrong.length > 0 &&
                t("plan.wrong", { what: wrong.map((one) => t(`plan.wrong.${one}`)).join(t("backups.and")) })}
            </span>
            <span className="grow" />
            <button type="button" className="plain" onClick={close}>
              {t("pad.cancel")}
            </button>
            <button
              type="button"
              className="plain is-first"
              data-testid="plan-save"
              disabled={wrong.length > 0 || busy}
              onClick={save}
            >
              {t("plan.save")}
            </button>
          </div>
        }
      >
        <div className="plan-form call-form" data-testid="plan-form">
          <What draft={draft} change={change} />
          <FollowGroup draft={draft} change={change} />
          {draft.group === null && (
            <>
              <Scope
                of="include"
                chosen={draft.include}
                set={(include) => change({ include })}
                word={t("plan.scope")}
              />
              <FromGroup draft={draft} change={change} />
              <Levels
                chosen={draft.levels ?? []}
                set={(levels) => change({ levels })}
                enabled={draft.include.some(isPlace)}
              />
              <Scope of="except" chosen={draft.without} set={(without) => change({ without })} />
            </>
          )}
          <Probes draft={draft} change={change} />
          <PlanManual draft={draft} change={change} />
          <PlanWhen draft={draft} change={change} />
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}

export interface PartProps {
  draft: Draft;
  change: (some: Partial<Draft>) => void;
}
