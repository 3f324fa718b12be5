// When a schedule is due, as it is filled in and as it is said. Pure.
import type { Key, Vars } from "../words/words";
import type { Rule } from "./shapes";

export interface RuleForm {
  days: "every" | "working" | "weekdays";
  /** 1 Monday … 7 Sunday. */
  weekdays: readonly number[];
  times: "at" | "hours";
  /** '08:00 20:30'. */
  at: string;
  every: number;
  from: string;
}

export const NEW_RULE: RuleForm = { days: "every", weekdays: [1], times: "at", at: "08:30", every: 6, from: "00:00" };
/** Hours that divide a day. */
export const EVERY: readonly number[] = [1, 2, 3, 4, 6, 8, 12];

/** '8:30' as '08:30'; null when it is no time of a day. */
export function minuteOf(text: string): string | null {
  const match = /^(\d{1,2})[:：](\d{2})$/.exec(text.trim());
  if (!match) return null;
  const [, hours = "", minutes = ""] = match;
  return Number(hours) < 24 && Number(minutes) < 60 ? `${hours.padStart(2, "0")}:${minutes}` : null;
}

/** Null: something is missing or no time. */
export function ruleOf(form: RuleForm): Rule | null {
  const weekdays = [...new Set(form.weekdays)].sort((a, b) => a - b);
  if (form.days === "weekdays" && weekdays.length === 0) return null;
  const days = form.days === "weekdays" ? { weekdays } : form.days;
  if (form.times === "hours") {
    const from = minuteOf(form.from);
    // The first of a day lies before the second.
    if (from === null || !EVERY.includes(form.every) || Number(from.slice(0, 2)) >= form.every) return null;
    return { days, times: { hours: { every: form.every, from } } };
  }
  const at = form.at
    .split(/[\s,，、;；]+/)
    .filter(Boolean)
    .map(minuteOf);
  if (at.length === 0 || at.includes(null)) return null;
  return { days, times: { at: [...new Set(at as string[])].sort() } };
}

/** The form that says the same; null for a rule that it has no fields for. */
export function formOf({ days, times }: Rule): RuleForm | null {
  const form = { ...NEW_RULE };
  if (days === "every" || days === "working") form.days = days;
  else if ("weekdays" in days) Object.assign(form, { days: "weekdays", weekdays: days.weekdays });
  else return null;
  if ("at" in times) return { ...form, times: "at", at: times.at.join(" ") };
  return { ...form, times: "hours", every: times.hours.every, from: times.hours.from };
}

export interface Said {
  key: Key;
  vars?: Vars;
}

/** The days and the times, each in words; `weekday` names a day of the week. */
export function ruleSaid({ days, times }: Rule, weekday: (day: number) => string, and: string): [Said, Said] {
  return [daysSaid(days, weekday, and), timesSaid(times, and)];
}

function daysSaid(days: Rule["days"], weekday: (day: number) => string, and: string): Said {
  if (days === "every" || days === "working") return { key: `call.rule.${days}` };
  if ("weekdays" in days) return { key: "call.rule.weekdays", vars: { days: days.weekdays.map(weekday).join(and) } };
  if ("of_month" in days) return { key: "call.rule.of_month", vars: { days: days.of_month.join(and) } };
  if ("working_of_month" in days) return { key: "call.rule.working_of_month", vars: { n: days.working_of_month } };
  return { key: "call.rule.of_year", vars: { month: days.of_year[0], day: days.of_year[1] } };
}

function timesSaid(times: Rule["times"], and: string): Said {
  if ("at" in times) return { key: "call.rule.at", vars: { times: times.at.join(and) } };
  return { key: "call.rule.hours", vars: { n: times.hours.every, from: times.hours.from } };
}
