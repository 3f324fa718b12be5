// How many at once, when nobody is asked, how long at most, and on which days.
import type { PlanRule } from "../api/awaited";
import { useWords } from "../words/words";
import type { PartProps } from "./PlanForm";
import { DAYS, LEADS, NO_RULE, toggled } from "./plan";
import { ruleTold } from "./told_rule";

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
const MONTH_DAYS = Array.from({ length: 31 }, (_, n) => n + 1);
const NIGHT = { from: "22:00", to: "06:00" };

export function PlanWhen({ draft, change }: PartProps) {
  const { t } = useWords();
  const { spread, quiet } = draft;
  return (
    <>
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
            <input
              type="time"
              value={quiet.from}
              aria-label={t("plan.quiet.from")}
              onChange={(event) => change({ quiet: { ...quiet, from: event.target.value } })}
            />{" "}
            —{" "}
            <input
              type="time"
              value={quiet.to}
              aria-label={t("plan.quiet.to")}
              onChange={(event) => change({ quiet: { ...quiet, to: event.target.value } })}
            />
          </span>
        )}
      </fieldset>
      <Rule draft={draft} change={change} />
    </>
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

function Rule({ draft, change }: PartProps) {
  const words = useWords();
  const { t } = words;
  const { rule } = draft;
  const put = (some: Partial<PlanRule>) => change({ rule: { ...(rule ?? NO_RULE), ...some } });
  return (
    <fieldset className="plan-part" aria-label={t("plan.rule")}>
      <b>
        {t("plan.rule")} <small className="soft">{ruleTold(rule, words)}</small>
      </b>
      <div className="chips">
        <button
          type="button"
          className="plain"
          aria-pressed={rule === null}
          data-testid="rule-hand"
          onClick={() => change({ rule: null })}
        >
          {t("plan.rule.hand")}
        </button>
        {DAYS.map((days) => (
          <button
            key={days}
            type="button"
            className="plain"
            aria-pressed={rule?.days === days}
            data-testid={`rule-${days}`}
            onClick={() => put({ days })}
          >
            {t(`plan.rule.of.${days}`)}
          </button>
        ))}
        {rule && rule.days !== "before" && (
          <input
            type="time"
            value={rule.at}
            aria-label={t("plan.rule.at")}
            data-testid="rule-at"
            onChange={(event) => put({ at: event.target.value })}
          />
        )}
      </div>
      {rule?.days === "weekdays" && (
        <Numbers
          name="weekday"
          of={WEEK}
          word={(day) => t(`inspect.weekday.${(day - 1) as 0}`)}
          chosen={rule.weekdays}
          set={(weekdays) => put({ weekdays })}
        />
      )}
      {rule?.days === "monthdays" && (
        <Numbers
          name="monthday"
          of={MONTH_DAYS}
          word={String}
          chosen={rule.monthdays}
          set={(monthdays) => put({ monthdays })}
        />
      )}
      {rule?.days === "before" && (
        <div className="chips">
          {LEADS.map((lead) => (
            <button
              key={lead}
              type="button"
              className="plain"
              aria-pressed={rule.lead_min === lead}
              onClick={() => put({ lead_min: lead })}
            >
              {t(lead === 1440 ? "plan.rule.before.day" : "plan.rule.before.half")}
            </button>
          ))}
        </div>
      )}
      {rule && rule.days !== "before" && (
        <details open={rule.months.length > 0}>
          <summary className="soft">{t("plan.rule.which-months")}</summary>
          <Numbers
            name="month"
            of={MONTHS}
            word={(month) => t("owed.month", { month })}
            chosen={rule.months}
            set={(months) => put({ months })}
          />
        </details>
      )}
      {rule?.days === "monthdays" && (
        <label>
          <input
            type="checkbox"
            checked={rule.on_working}
            onChange={(event) => put({ on_working: event.target.checked })}
          />{" "}
          {t("plan.rule.on-working")}
        </label>
      )}
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

interface NumbersProps {
  name: "weekday" | "monthday" | "month";
  of: readonly number[];
  word: (n: number) => string;
  chosen: readonly number[];
  set: (chosen: number[]) => void;
}

function Numbers({ name, of, word, chosen, set }: NumbersProps) {
  return (
    <div className="chips plan-numbers">
      {of.map((n) => (
        <button
          key={n}
          type="button"
          className="plain num"
          data-testid={`${name}-${n}`}
          aria-pressed={chosen.includes(n)}
          onClick={() => set(toggled(chosen, n))}
        >
          {word(n)}
        </button>
      ))}
    </div>
  );
}
