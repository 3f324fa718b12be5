// How many at once, when nobody is asked, how long at most, and on which days.
import { RuleFields } from "../rules/RuleFields";
import { TimeField } from "../time/TimeField";
import { useWords } from "../words/words";
import type { PartProps } from "./PlanForm";
import { quietWarning } from "./quiet";
import { LEADS, planWhenOf, type When, whenTold } from "./when";

const NIGHT = { from: "22:00", to: "06:00" };

export function PlanWhen({ draft, change }: PartProps) {
  return (
    <>
      <Spread draft={draft} change={change} />
      <Rule draft={draft} change={change} />
    </>
  );
}

/** How many at once, when nobody is asked, and how long at most. */
export function Spread({ draft, change }: PartProps) {
  const { t } = useWords();
  const { spread, quiet } = draft;
  return (
    <fieldset className="plan-part plan-line" aria-label={t("plan.spread")}>
      <Count word="all" value={spread.at_once} set={(at_once) => change({ spread: { ...spread, at_once } })} />
      <Count
        word="county"
        value={spread.per_county}
        set={(per_county) => change({ spread: { ...spread, per_county } })}
      />
      <Count word="window" value={draft.window_min} set={(window_min) => change({ window_min })} />
      <label>
        <input
          type="checkbox"
          checked={quiet !== null}
          onChange={(event) => change({ quiet: event.target.checked ? NIGHT : null })}
        />{" "}
        {t("plan.quiet")}
      </label>
      {quiet && (
        <span>
          <TimeField
            value={quiet.from}
            label={t("plan.quiet.from")}
            testid="quiet-from"
            set={(from) => change({ quiet: { ...quiet, from } })}
          />{" "}
          —{" "}
          <TimeField
            value={quiet.to}
            label={t("plan.quiet.to")}
            testid="quiet-to"
            set={(to) => change({ quiet: { ...quiet, to } })}
          />
        </span>
      )}
    </fieldset>
  );
}

interface CountProps {
  word: "all" | "county" | "window";
  value: number;
  set: (n: number) => void;
}

function Count({ word, value, set }: CountProps) {
  const { t } = useWords();
  return (
    <label>
      {t(`plan.spread.${word}`)}{" "}
      <input
        type="number"
        min={1}
        value={Number.isNaN(value) ? "" : value}
        data-testid={`plan-${word}`}
        onChange={(event) => set(event.target.valueAsNumber)}
      />
    </label>
  );
}

/** How long before a meeting. */
export function Leads({ lead_min, set }: { lead_min: number; set: (lead_min: number) => void }) {
  const { t } = useWords();
  return (
    <>
      {LEADS.map((lead) => (
        <button
          key={lead}
          type="button"
          className="plain"
          aria-pressed={lead_min === lead}
          data-testid={`lead-${lead}`}
          onClick={() => set(lead)}
        >
          {t(lead === 1440 ? "plan.when.before.day" : "plan.when.before.half")}
        </button>
      ))}
    </>
  );
}

function Rule({ draft, change }: PartProps) {
  const words = useWords();
  const { t } = words;
  const { when } = draft;
  const put = (some: Partial<When>) => change({ when: { ...when, ...some } });
  const due = planWhenOf(when);
  const unquiet = quietWarning(draft);
  return (
    <fieldset className="plan-part" aria-label={t("plan.when")}>
      <b>
        {t("plan.when")} <small className="soft">{due === null ? "—" : whenTold(due, words)}</small>
      </b>
      <div className="chips">
        {(["hand", "calendar", "meetings"] as const).map((by) => (
          <button
            key={by}
            type="button"
            className="plain"
            aria-pressed={when.by === by}
            data-testid={`when-${by}`}
            onClick={() => put({ by })}
          >
            {t(`plan.when.by.${by}`)}
          </button>
        ))}
        {when.by === "meetings" && <Leads lead_min={when.lead_min} set={(lead_min) => put({ lead_min })} />}
      </div>
      {unquiet !== null && (
        <p className="is-degraded" role="status" data-testid="plan-unquiet">
          {t(`plan.unquiet.${unquiet}`, { to: draft.quiet?.to ?? "" })}
        </p>
      )}
      {when.by === "calendar" && <RuleFields rule={when} put={put} />}
      <label>
        <input
          type="checkbox"
          checked={draft.enabled}
          data-testid="plan-enabled"
          onChange={(event) => change({ enabled: event.target.checked })}
        />{" "}
        {t("plan.enabled")}
      </label>
    </fieldset>
  );
}
