// What is inspected by the calendar or by hand: plans, when each is due, how its last run went; started and edited here.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { Plan, Template } from "../api/names";
import { plansQuery, templatesQuery } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { OPERATOR } from "../roll_call/form";
import { recall } from "../state/kept";
import { Mark } from "../state/Mark";
import { useNames } from "../state/use_names";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { DaysDialog } from "./DaysDialog";
import { PlanForm } from "./PlanForm";
import { type Draft, draftBy, draftOf } from "./plan";
import { ScopeTold } from "./ScopeTold";
import { StartNow } from "./StartNow";
import { TemplatesDialog } from "./TemplatesDialog";
import { whenTold } from "./when";
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
  const [templates, setTemplates] = useState(false);
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
            <button type="button" className="plain" data-testid="plan-templates" onClick={() => setTemplates(true)}>
              {t("template.title")}
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
                  edit={() => setEdited({ id: plan.id, draft: draftOf(plan.plan) })}
                  start={() => setStarted(plan)}
                />
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      {edited && <PlanForm id={edited.id} first={edited.draft} close={() => setEdited(null)} />}
      {started && <StartNow plan={started} close={() => setStarted(null)} />}
      {templates && <TemplatesDialog close={() => setTemplates(false)} />}
      {days && <DaysDialog close={() => setDays(false)} />}
    </div>
  );
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

function Row({ plan: { plan, ...of }, edit, start }: { plan: Plan; edit: () => void; start: () => void }) {
  const words = useWords();
  const { t, n } = words;
  const { work } = plan;
  const missed = of.missed.at(-1);
  return (
    <tr data-testid={`plan-${of.id}`} className={plan.enabled ? undefined : "is-off"}>
      <th scope="row">
        <span data-name="">{plan.title}</span>
        <small className="soft">
          {t(`inspect.kind.${work.kind}`)}
          {work.manual.length > 0 && ` · ${t("plan.manual.count", { n: n(work.manual.length) })}`}
        </small>
      </th>
      <td>
        {of.follows ? <Follows group={of.follows} /> : <ScopeTold work={work} />}
        <small className={work.confirmed ? "is-degraded" : "soft"}>
          {t(work.confirmed ? "plan.loud" : "plan.silent")}
        </small>
      </td>
      <td>{whenTold(plan.when, words)}</td>
      <td className="num">
        {!plan.enabled ? (
          <span className="state is-never">
            <Mark of="never" />
            {t("plan.off")}
          </span>
        ) : of.next_ms !== null ? (
          timestamp(of.next_ms).slice(0, 16)
        ) : (
          <span className="soft">{t(plan.when === "by-hand" ? "plan.when.hand" : "plan.next.none")}</span>
        )}
        {missed !== undefined && (
          <small className="is-degraded" data-testid="plan-missed">
            <Mark of="degraded" /> {t("plan.missed", { time: timestamp(missed.at_ms).slice(5, 16) })}{" "}
            {t(`plan.missed.${missed.reason}`)}
            {missed.code !== null && <NotThere code={missed.code} of={missed.reason} />}
          </small>
        )}
      </td>
      <td>
        {of.last_run === null ? (
          <span className="soft">{t("plan.last.none")}</span>
        ) : (
          <Link to={`/inspections/runs/${of.last_run}`}>{t("plan.last")}</Link>
        )}
      </td>
      <td className="plans-acts">
        <button type="button" className="plain" data-testid={`start-${of.id}`} onClick={start}>
          {t("plan.start")}
        </button>
        <button type="button" className="plain" data-testid={`edit-${of.id}`} onClick={edit}>
          {t("plan.edit")}
        </button>
      </td>
    </tr>
  );
}

/** What a plan names and nobody knows any more. */
function NotThere({ code, of }: { code: string; of: Plan["missed"][number]["reason"] }) {
  // A group is told by its name.
  const places = of === "no-unit" || of === "no-group" ? [] : [code];
  const named = useNames(places, of === "no-unit" ? [code] : []);
  return <span data-name=""> {named(code)}</span>;
}

/** The group that a plan follows, with how many are in it now, or that it is gone. */
function Follows({ group }: { group: NonNullable<Plan["follows"]> }) {
  const { t, n } = useWords();
  return (
    <span data-testid="plan-follows">
      {t("plan.follows")} <span data-name="">{group.name}</span>
      <small className={group.venues === null ? "is-degraded" : "soft"}>
        {group.venues === null ? (
          <>
            <Mark of="degraded" /> {t("plan.follow.gone")}
          </>
        ) : (
          t("plan.follows.venues", { n: n(group.venues) })
        )}
      </small>
    </span>
  );
}
