// When something is due by rule, as a form holds it and in words. Pure.
import type { PlanWhen, Rule } from "../api/names";
import type { Words } from "../words/words";

export const DAYS = ["every", "working", "weekdays", "of_month", "working_of_month", "of_year"] as const;
export type DaysKind = (typeof DAYS)[number];

/** Half a day and a whole one before a meeting, in minutes. */
export const LEADS = [720, 1440] as const;

/** So often in a day, in hours. */
export const EVERY = [1, 2, 3, 4, 6, 8, 12] as const;

const MOST_TIMES = 24;
const DAY_MIN = 1440;
const MOST_LEAD_MIN = 10_080;
const LEAST_LEAD_MIN = 60;

/** What a form holds: everything that was chosen once, so that nothing is lost between two clicks. */
export interface When {
  by: "hand" | "calendar" | "meetings";
  days: DaysKind;
  weekdays: readonly number[];
  monthdays: readonly number[];
  working: number;
  year: readonly [month: number, day: number];
  /** Times of the day as a person types them: '08:30 14:00'. */
  at: string;
  /** Hours from one to the next; null: at the times above. */
  every: number | null;
  lead_min: number;
}

export const USUAL: When = {
  by: "calendar",
  days: "every",
  weekdays: [1],
  monthdays: [1],
  working: 1,
  year: [6, 1],
  at: "08:30",
  every: null,
  lead_min: 720,
};

export function whenOf(when: PlanWhen): When {
  if (when === "by-hand") return { ...USUAL, by: "hand" };
  if ("before-meetings" in when) return { ...USUAL, by: "meetings", lead_min: when["before-meetings"] };
  const { days, times } = when.calendar;
  const timed =
    "at" in times ? { at: times.at.join(" "), every: null } : { at: times.hours.from, every: times.hours.every };
  const calendar: When = { ...USUAL, ...timed, by: "calendar" };
  if (typeof days === "string") return { ...calendar, days };
  if ("weekdays" in days) return { ...calendar, days: "weekdays", weekdays: days.weekdays };
  if ("of_month" in days) return { ...calendar, days: "of_month", monthdays: days.of_month };
  if ("working_of_month" in days) return { ...calendar, days: "working_of_month", working: days.working_of_month };
  const [month = 1, day = 1] = days.of_year;
  return { ...calendar, days: "of_year", year: [month, day] };
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
export function ruleOf(when: When): Rule | null {
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

function daysOf(when: When): Rule["days"] | null {
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
  if ("before-meetings" in when) {
    const lead = when["before-meetings"];
    if (lead === DAY_MIN) return t("plan.when.before.day");
    return lead === DAY_MIN / 2
      ? t("plan.when.before.half")
      : t("plan.when.before", { hours: Math.round(lead / 6) / 10 });
  }
  const { times } = when.calendar;
  const list = (all: readonly (string | number)[]) => all.join(t("backups.and"));
  const timed =
    "at" in times ? list(times.at) : t("plan.when.hours", { every: times.hours.every, from: times.hours.from });
  const { days } = when.calendar;
  if (typeof days === "string") return `${t(`plan.when.${days}`)} ${timed}`;
  if ("weekdays" in days) {
    return `${list(days.weekdays.map((day) => t(`inspect.weekday.${(day - 1) as 0}`)))} ${timed}`;
  }
  if ("of_month" in days) return `${t("plan.when.of_month", { days: list(days.of_month) })} ${timed}`;
  if ("working_of_month" in days) return `${t("plan.when.working_of_month", { n: days.working_of_month })} ${timed}`;
  const [month = 1, day = 1] = days.of_year;
  return `${t("plan.when.of_year", { month, day })} ${timed}`;
}
