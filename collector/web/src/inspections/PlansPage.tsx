// What is inspected by the calendar or by hand: plans, when each is due, how its last run went; started and edited here.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { NewPlan, Plan, Template } from "../api/awaited";
import { plansQuery, templatesQuery } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { OPERATOR } from "../roll_call/form";
import { recall } from "../state/kept";
import { Mark } from "../state/Mark";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { DaysDialog } from "./DaysDialog";
import { PlanForm } from "./PlanForm";
import { type Draft, draftBy, draftOf } from "./plan";
import { StartNow } from "./StartNow";
import { ruleTold } from "./told_rule";
import "../style/plans.css";

interface Edited {
  id: number | null;
  draft: Draft;
}

export function PlansPage() {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(plansQuery);
  const [edited, setEdited] = useState<Edited | null>(null);
  const [started, setStarted] = useState<Plan | null>(null);
  const [days, setDays] = useState(false);
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return <Loading />;
  return (
    <div className="plans" data-testid="plans" data-ready="plans">
      <Panel
        title={t("plan.title")}
        now_ms={data.now_ms}
        extra={
          <>
            <button type="button" className="plain" data-testid="plan-days" onClick={() => setDays(true)}>
              {t("plan.days")}
            </button>
            <New begin={(template) => setEdited({ id: null, draft: draftBy(template, recall(OPERATOR) ?? "") })} />
          </>
        }
      >
        {data.items.length === 0 ? (
          <Notice title={t("plan.none")} next={t("plan.none.next")} />
        ) : (
          <table className="grid-table" data-testid="plan-list">
            <thead>
              <tr>
                {(["name", "scope", "when", "next", "last"] as const).map((head) => (
                  <th key={head} scope="col">
                    {t(`plan.head.${head}`)}
                  </th>
                ))}
                <th scope="col" />
              </tr>
            </thead>
            <tbody>
              {data.items.map((plan) => (
                <Row
                  key={plan.id}
                  plan={plan}
                  edit={() => setEdited({ id: plan.id, draft: draftOf(asNew(plan)) })}
                  start={() => setStarted(plan)}
                />
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      {edited && <PlanForm id={edited.id} first={edited.draft} close={() => setEdited(null)} />}
      {started && <StartNow plan={started} close={() => setStarted(null)} />}
      {days && <DaysDialog close={() => setDays(false)} />}
    </div>
  );
}

/** Only what is written by a person. */
function asNew({
  id: _id,
  created_ms: _c,
  updated_ms: _u,
  next_ms: _n,
  last_run: _l,
  missed_ms: _m,
  ...plan
}: Plan): NewPlan {
  return plan;
}

/** A new plan begins with a template. */
function New({ begin }: { begin: (template: Template) => void }) {
  const { t } = useWords();
  const { data } = useQuery(templatesQuery);
  return (
    <select
      className="plans-new"
      value=""
      aria-label={t("plan.new")}
      data-testid="plan-new"
      onChange={(event) => {
        const template = data?.items.find((one) => one.key === event.target.value);
        if (template) begin(template);
      }}
    >
      <option value="" disabled>
        + {t("plan.new")}
      </option>
      {data?.items.map((template) => (
        <option key={template.key} value={template.key} data-name="">
          {template.title}
        </option>
      ))}
    </select>
  );
}

function Row({ plan, edit, start }: { plan: Plan; edit: () => void; start: () => void }) {
  const words = useWords();
  const { t, n } = words;
  const by_hand = plan.rule === null;
  return (
    <tr data-testid={`plan-${plan.id}`} className={plan.enabled ? undefined : "is-off"}>
      <th scope="row">
        <span data-name="">{plan.title}</span>
        <small className="soft">
          {t(`inspect.kind.${plan.kind}`)}
          {plan.manual.length > 0 && ` · ${t("plan.manual.count", { n: n(plan.manual.length) })}`}
        </small>
      </th>
      <td>
        <ScopeTold plan={plan} />
        <small className={plan.confirmed ? "is-degraded" : "soft"}>
          {t(plan.confirmed ? "plan.loud" : "plan.silent")}
        </small>
      </td>
      <td>{ruleTold(plan.rule, words)}</td>
      <td className="num">
        {!plan.enabled ? (
          <span className="state is-never">
            <Mark of="never" />
            {t("plan.off")}
          </span>
        ) : plan.next_ms !== null ? (
          timestamp(plan.next_ms).slice(0, 16)
        ) : (
          <span className="soft">{t(by_hand ? "plan.rule.hand" : "plan.next.none")}</span>
        )}
        {plan.missed_ms !== null && (
          <small className="is-degraded">{t("plan.missed", { time: timestamp(plan.missed_ms).slice(5, 16) })}</small>
        )}
      </td>
      <td>
        {plan.last_run === null ? (
          <span className="soft">{t("plan.last.none")}</span>
        ) : (
          <Link to={`/inspections/runs/${plan.last_run}`}>{t("plan.last")}</Link>
        )}
      </td>
      <td className="plans-acts">
        <button type="button" className="plain" data-testid={`start-${plan.id}`} onClick={start}>
          {t("plan.start")}
        </button>
        <button type="button" className="plain" data-testid={`edit-${plan.id}`} onClick={edit}>
          {t("plan.edit")}
        </button>
      </td>
    </tr>
  );
}

function ScopeTold({ plan }: { plan: Plan }) {
  const { t, n } = useWords();
  const all = plan.places.length === 1 && plan.places[0] === "35";
  const parts = [
    plan.places.length > 0 && !all ? t("plan.scope.places", { n: n(plan.places.length) }) : "",
    plan.venues.length > 0 ? t("problems.venues", { n: n(plan.venues.length) }) : "",
    plan.units.length > 0 ? t("plan.scope.units", { n: n(plan.units.length) }) : "",
    plan.except.length > 0 ? t("plan.scope.except", { n: n(plan.except.length) }) : "",
  ].filter(Boolean);
  return (
    <>
      {all && t("call.scope.province")} {parts.join(t("backups.and"))}
    </>
  );
}
