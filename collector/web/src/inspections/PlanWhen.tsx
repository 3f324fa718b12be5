// How many at once, when nobody is asked, how long at most, and on which days.
import { useWords } from "../words/words";
import type { PartProps } from "./PlanForm";
import { toggled } from "./plan";
import { DAYS, EVERY, LEADS, planWhenOf, type When, whenTold } from "./rule";

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
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
  const { when } = draft;
  const put = (some: Partial<When>) => change({ when: { ...when, ...some } });
  const due = planWhenOf(when);
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
        {when.by === "meetings" &&
          LEADS.map((lead) => (
            <button
              key={lead}
              type="button"
              className="plain"
              aria-pressed={when.lead_min === lead}
              onClick={() => put({ lead_min: lead })}
            >
              {t(lead === 1440 ? "plan.when.before.day" : "plan.when.before.half")}
            </button>
          ))}
      </div>
      {when.by === "calendar" && <Calendar when={when} put={put} />}
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

function Calendar({ when, put }: { when: When; put: (some: Partial<When>) => void }) {
  const { t } = useWords();
  const [month, day] = when.year;
  const figure = (value: number, most: number, label: string, set: (n: number) => void) => (
    <input
      type="number"
      min={1}
      max={most}
      aria-label={label}
      value={Number.isNaN(value) ? "" : value}
      onChange={(event) => set(event.target.valueAsNumber)}
    />
  );
  return (
    <>
      <div className="chips">
        {DAYS.map((days) => (
          <button
            key={days}
            type="button"
            className="plain"
            aria-pressed={when.days === days}
            data-testid={`days-${days}`}
            onClick={() => put({ days })}
          >
            {t(`plan.days.of.${days}`)}
          </button>
        ))}
        {when.days === "working_of_month" &&
          figure(when.working, 15, t("plan.days.of.working_of_month"), (working) => put({ working }))}
        {when.days === "of_year" && (
          <>
            {figure(month, 12, t("plan.month"), (next) => put({ year: [next, day] }))}
            {figure(day, 31, t("plan.day"), (next) => put({ year: [month, next] }))}
          </>
        )}
      </div>
      {when.days === "weekdays" && (
        <Numbers
          name="weekday"
          of={WEEK}
          word={(one) => t(`inspect.weekday.${(one - 1) as 0}`)}
          chosen={when.weekdays}
          set={(weekdays) => put({ weekdays })}
        />
      )}
      {when.days === "of_month" && (
        <Numbers
          name="monthday"
          of={MONTH_DAYS}
          word={String}
          chosen={when.monthdays}
          set={(monthdays) => put({ monthdays })}
        />
      )}
      <div className="plan-line">
        <label htmlFor="plan-at">{t(when.every === null ? "plan.at" : "plan.from")}</label>
        <input
          id="plan-at"
          className="plan-at"
          value={when.at}
          data-testid="plan-at"
          onChange={(event) => put({ at: event.target.value })}
        />
        <select
          value={when.every ?? ""}
          aria-label={t("plan.every")}
          data-testid="plan-every"
          onChange={(event) => put({ every: event.target.value === "" ? null : Number(event.target.value) })}
        >
          <option value="">{t("plan.every.none")}</option>
          {EVERY.map((hours) => (
            <option key={hours} value={hours}>
              {t("plan.every.hours", { n: hours })}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}

interface NumbersProps {
  name: "weekday" | "monthday";
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
