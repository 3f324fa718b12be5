// On which days and at which times something is due, as a form holds it and in words: of schedules and of plans. Pure.
import type { Rule } from "../api/names";
import type { Words } from "../words/words";

export const DAYS = ["every", "working", "weekdays", "of_month", "working_of_month", "of_year"] as const;
export type DaysKind = (typeof DAYS)[number];

/** So often in a day, in hours. */
export const EVERY = [1, 2, 3, 4, 6, 8, 12] as const;

const MOST_TIMES = 24;

/** What a form holds: everything that was chosen once, so that nothing is lost between two clicks. */
export interface RuleForm {
  days: DaysKind;
  weekdays: readonly number[];
  monthdays: readonly number[];
  working: number;
  year: readonly [month: number, day: number];
  /** Times of the day as a person types them: '08:30 14:00'. */
  at: string;
  /** Hours from one to the next; null: at the times above. */
  every: number | null;
}

export const NEW_RULE: RuleForm = {
  days: "every",
  weekdays: [1],
  monthdays: [1],
  working: 1,
  year: [6, 1],
  at: "08:30",
  every: null,
};

/** The form that says the same. */
export function formOf({ days, times }: Rule): RuleForm {
  const timed =
    "at" in times ? { at: times.at.join(" "), every: null } : { at: times.hours.from, every: times.hours.every };
  const form: RuleForm = { ...NEW_RULE, ...timed };
  if (typeof days === "string") return { ...form, days };
  if ("weekdays" in days) return { ...form, days: "weekdays", weekdays: days.weekdays };
  if ("of_month" in days) return { ...form, days: "of_month", monthdays: days.of_month };
  if ("working_of_month" in days) return { ...form, days: "working_of_month", working: days.working_of_month };
  const [month = 1, day = 1] = days.of_year;
  return { ...form, days: "of_year", year: [month, day] };
}

/** '08:30', '8:30' and '8：30' as times of the day in order, each once; null when one is none. */
export function timesIn(text: string): string[] | null {
  const found = new Set<string>();
  for (const word of text.split(/[\s,，、;；]+/).filter(Boolean)) {
    const [, hours = "", minutes = ""] = /^([01]?\d|2[0-3])[:：]([0-5]\d)$/.exec(word) ?? [];
    if (hours === "") return null;
    found.add(`${hours.padStart(2, "0")}:${minutes}`);
  }
  return [...found].sort();
}

/** Null: something is missing or makes no sense. */
export function ruleOf(when: RuleForm): Rule | null {
  const at = timesIn(when.at);
  const [first] = at ?? [];
  if (!at || first === undefined || at.length > MOST_TIMES) return null;
  const minutes = Number(first.slice(0, 2)) * 60 + Number(first.slice(3));
  // The first of the day is less than the step after midnight: so it goes on over midnight.
  if (when.every !== null && (at.length > 1 || minutes >= when.every * 60)) return null;
  const times = when.every === null ? { at } : { hours: { every: when.every, from: first } };
  const days = daysOf(when);
  return days && { days, times };
}

function daysOf(when: RuleForm): Rule["days"] | null {
  switch (when.days) {
    case "weekdays":
      return when.weekdays.length > 0 ? { weekdays: [...when.weekdays] } : null;
    case "of_month":
      return when.monthdays.length > 0 ? { of_month: [...when.monthdays] } : null;
    case "working_of_month":
      return when.working >= 1 && when.working <= 15 ? { working_of_month: when.working } : null;
    case "of_year": {
      const [month, day] = when.year;
      const real = new Date(Date.UTC(2024, month - 1, day)).getUTCMonth() === month - 1 && day >= 1;
      return real && month >= 1 && month <= 12 ? { of_year: [month, day] } : null;
    }
    default:
      return when.days;
  }
}

/** When it is due, in words: '工作日 08:30'. */
export function ruleTold({ days, times }: Rule, { t }: Pick<Words, "t">): string {
  const list = (all: readonly (string | number)[]) => all.join(t("backups.and"));
  const timed = "at" in times ? list(times.at) : t("rule.hours", { every: times.hours.every, from: times.hours.from });
  if (typeof days === "string") return `${t(`rule.${days}`)} ${timed}`;
  if ("weekdays" in days) {
    return `${list(days.weekdays.map((day) => t(`inspect.weekday.${(day - 1) as 0}`)))} ${timed}`;
  }
  if ("of_month" in days) return `${t("rule.of_month", { days: list(days.of_month) })} ${timed}`;
  if ("working_of_month" in days) return `${t("rule.working_of_month", { n: days.working_of_month })} ${timed}`;
  const [month = 1, day = 1] = days.of_year;
  return `${t("rule.of_year", { month, day })} ${timed}`;
}

/** With it when it was not there, without it when it was; in order. */
export function toggled(list: readonly number[], one: number): number[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one].sort((a, b) => a - b);
}
