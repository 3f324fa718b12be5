// On which days and at which times: the fields of a rule.
import { useId } from "react";
import { useWords } from "../words/words";
import { DAYS, EVERY, type RuleForm, toggled } from "./rule";
import "../style/rules.css";

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
const MONTH_DAYS = Array.from({ length: 31 }, (_, n) => n + 1);

interface RuleProps {
  rule: RuleForm;
  put: (some: Partial<RuleForm>) => void;
}

export function RuleFields({ rule: when, put }: RuleProps) {
  const { t } = useWords();
  const id = useId();
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
    <div className="rule-fields">
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
            {t(`rule.days.${days}`)}
          </button>
        ))}
        {when.days === "working_of_month" &&
          figure(when.working, 15, t("rule.days.working_of_month"), (working) => put({ working }))}
        {when.days === "of_year" && (
          <>
            {figure(month, 12, t("rule.month"), (next) => put({ year: [next, day] }))}
            {figure(day, 31, t("rule.day"), (next) => put({ year: [month, next] }))}
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
      <div className="rule-line">
        <label htmlFor={id}>{t(when.every === null ? "rule.at" : "rule.from")}</label>
        <input
          id={id}
          className="rule-at"
          value={when.at}
          data-testid="rule-at"
          onChange={(event) => put({ at: event.target.value })}
        />
        <select
          value={when.every ?? ""}
          aria-label={t("rule.again")}
          data-testid="rule-every"
          onChange={(event) => put({ every: event.target.value === "" ? null : Number(event.target.value) })}
        >
          <option value="">{t("rule.again.none")}</option>
          {EVERY.map((hours) => (
            <option key={hours} value={hours}>
              {t("rule.again.hours", { n: hours })}
            </option>
          ))}
        </select>
      </div>
    </div>
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
    <div className="chips rule-numbers">
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
