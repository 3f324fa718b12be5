// On which days and at which times: the fields of a rule.
import { useWords } from "../words/words";
import { EVERY, type RuleForm } from "./rule";

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

export function RuleFields({ rule, set }: { rule: RuleForm; set: (rule: RuleForm) => void }) {
  const { t } = useWords();
  return (
    <>
      <div className="call-field">
        <span>{t("call.schedules.days")}</span>
        <div className="chips">
          <fieldset className="switch" aria-label={t("call.schedules.days")}>
            {(["every", "working", "weekdays"] as const).map((days) => (
              <button
                key={days}
                type="button"
                aria-pressed={rule.days === days}
                data-testid={`rule-${days}`}
                onClick={() => set({ ...rule, days })}
              >
                {t(days === "weekdays" ? "call.rule.weekdays.choose" : `call.rule.${days}`)}
              </button>
            ))}
          </fieldset>
          {rule.days === "weekdays" &&
            WEEK.map((day) => (
              <button
                key={day}
                type="button"
                className="plain"
                aria-pressed={rule.weekdays.includes(day)}
                onClick={() => {
                  const has = rule.weekdays.includes(day);
                  set({
                    ...rule,
                    weekdays: has ? rule.weekdays.filter((one) => one !== day) : [...rule.weekdays, day],
                  });
                }}
              >
                {t(`call.weekday.${day}`)}
              </button>
            ))}
        </div>
      </div>
      <div className="call-field">
        <span>{t("call.schedules.when")}</span>
        <div className="chips call-rule-times">
          <fieldset className="switch" aria-label={t("call.schedules.when")}>
            {(["at", "hours"] as const).map((times) => (
              <button
                key={times}
                type="button"
                aria-pressed={rule.times === times}
                data-testid={`rule-by-${times}`}
                onClick={() => set({ ...rule, times })}
              >
                {t(`call.rule.by.${times}`)}
              </button>
            ))}
          </fieldset>
          {rule.times === "at" ? (
            <input
              value={rule.at}
              maxLength={96}
              aria-label={t("call.schedules.when")}
              placeholder={t("call.rule.at.hint")}
              data-testid="rule-at"
              onChange={(event) => set({ ...rule, at: event.target.value })}
            />
          ) : (
            <>
              <select
                value={rule.every}
                aria-label={t("call.rule.by.hours")}
                onChange={(event) => set({ ...rule, every: Number(event.target.value) })}
              >
                {EVERY.map((n) => (
                  <option key={n}>{n}</option>
                ))}
              </select>
              <span>{t("call.rule.hours.unit")}</span>
              <input
                value={rule.from}
                maxLength={5}
                aria-label={t("call.rule.hours.unit")}
                onChange={(event) => set({ ...rule, from: event.target.value })}
              />
            </>
          )}
        </div>
      </div>
    </>
  );
}
