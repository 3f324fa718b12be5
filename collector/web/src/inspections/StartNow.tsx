// Starts a plan now: whom it tests and what happens in the rooms is said before.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ApiProblem, post } from "../api/fetch";
import type { Plan, RunItem } from "../api/names";
import { client, inspectedQuery } from "../api/queries";
import { BASIS, OPERATOR } from "../roll_call/form";
import { Meant } from "../roll_call/Meant";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { isQuietNow } from "./quiet";
import { Said } from "./Said";

const DEADLINE_MS = 30_000;

export function StartNow({ plan, close }: { plan: Plan; close: () => void }) {
  const { t, n } = useWords();
  const navigate = useNavigate();
  const [operator, setOperator] = useState(recall(OPERATOR) ?? plan.plan.operator);
  const [basis, setBasis] = useState(plan.plan.basis);
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const { quiet, places, except, levels, venues, units } = plan.plan.work;
  const { group } = plan.plan;
  const scope = group === null || group === undefined ? { places, except, levels, venues, units } : { group };
  const { data: meant } = useQuery(inspectedQuery(JSON.stringify(scope)));
  const go = async () => {
    setProblem(null);
    keep(OPERATOR, operator.trim());
    keep(BASIS, basis.trim());
    try {
      const order = { plan: plan.id, operator: operator.trim(), basis: basis.trim() };
      const run = await post<RunItem>("/inspections/runs", order, DEADLINE_MS);
      void client.invalidateQueries({ queryKey: ["inspections"] });
      navigate(`/inspections/runs/${run.id}`);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={540}
        title={<span data-name="">{t("plan.start.title", { name: plan.plan.title })}</span>}
        okText={t("plan.start")}
        cancelText={t("pad.cancel")}
        okButtonProps={{ disabled: operator.trim() === "", "data-testid": "start-go" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => run(go)}
        onCancel={close}
      >
        <div className="run-ask" data-testid="start-now">
          {meant && (
            <p>
              <Meant meant={meant} />
            </p>
          )}
          <p>{t(plan.plan.work.confirmed ? "inspect.loud" : "inspect.quiet")}</p>
          <p className="soft num">
            {t("plan.spread.told", {
              all: n(plan.plan.work.spread.at_once),
              county: n(plan.plan.work.spread.per_county),
            })}
            {quiet && ` ${t("plan.quiet.told", { ...quiet })}`}
          </p>
          {quiet && isQuietNow(quiet, now()) && (
            <p className="is-degraded" data-testid="start-unquiet">
              {t("plan.unquiet.now", { to: quiet.to })}
            </p>
          )}
          <label className="call-field">
            <span>{t("inspect.person")}</span>
            <input
              value={operator}
              maxLength={64}
              data-testid="start-person"
              onChange={(e) => setOperator(e.target.value)}
            />
          </label>
          <label className="call-field">
            <span>{t("call.basis")}</span>
            <input value={basis} maxLength={128} onChange={(e) => setBasis(e.target.value)} />
          </label>
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
