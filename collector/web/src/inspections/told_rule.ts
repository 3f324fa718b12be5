// When a plan runs, in words. Pure.
import type { PlanRule } from "../api/awaited";
import type { Words } from "../words/words";

export function ruleTold(rule: PlanRule | null, { t }: Pick<Words, "t">): string {
  if (rule === null) return t("plan.rule.hand");
  if (rule.days === "before") return t(rule.lead_min >= 1440 ? "plan.rule.before.day" : "plan.rule.before.half");
  const list = (all: readonly string[]) => all.join(t("backups.and"));
  const days =
    rule.days === "weekdays"
      ? list(rule.weekdays.map((day) => t(`inspect.weekday.${(day - 1) as 0}`)))
      : rule.days === "monthdays"
        ? t("plan.rule.monthdays", { days: list(rule.monthdays.map(String)) })
        : t(`plan.rule.${rule.days}`);
  const months = rule.months.length > 0 ? `${t("plan.rule.months", { months: list(rule.months.map(String)) })} ` : "";
  return `${months}${days} ${rule.at}`;
}
