// When a plan is due: by hand, by rule, or before HQ's meetings; as a form holds it and in words. Pure.
import type { PlanWhen } from "../api/names";
import { formOf, NEW_RULE, type RuleForm, ruleOf, ruleTold } from "../rules/rule";
import type { Words } from "../words/words";

const DAY_MIN = 1440;
const MOST_LEAD_MIN = 10_080;
const LEAST_LEAD_MIN = 60;

/** Half a day and a whole one before a meeting, in minutes. */
export const LEADS = [DAY_MIN / 2, DAY_MIN] as const;

export interface When extends RuleForm {
  by: "hand" | "calendar" | "meetings";
  lead_min: number;
}

export const USUAL: When = { ...NEW_RULE, by: "calendar", lead_min: DAY_MIN / 2 };

export function whenOf(when: PlanWhen): When {
  if (when === "by-hand") return { ...USUAL, by: "hand" };
  if ("before-meetings" in when) return { ...USUAL, by: "meetings", lead_min: when["before-meetings"] };
  return { ...USUAL, ...formOf(when.calendar) };
}

/** As the collector wants it; null when it is not whole. */
export function planWhenOf(when: When): PlanWhen | null {
  if (when.by === "hand") return "by-hand";
  if (when.by === "meetings") {
    const within = when.lead_min >= LEAST_LEAD_MIN && when.lead_min <= MOST_LEAD_MIN;
    return within ? { "before-meetings": when.lead_min } : null;
  }
  const calendar = ruleOf(when);
  return calendar && { calendar };
}

/** When it is due, in words. */
export function whenTold(when: PlanWhen, { t }: Pick<Words, "t">): string {
  if (when === "by-hand") return t("plan.when.hand");
  if (!("before-meetings" in when)) return ruleTold(when.calendar, { t });
  const lead = when["before-meetings"];
  if (lead === DAY_MIN) return t("plan.when.before.day");
  return lead === DAY_MIN / 2
    ? t("plan.when.before.half")
    : t("plan.when.before", { hours: Math.round(lead / 6) / 10 });
}
