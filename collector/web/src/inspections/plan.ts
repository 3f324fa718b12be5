// A plan of inspections as its form holds it, and as the collector wants it. Pure.
import type { NewPlan, Plan, PlanRule, Template } from "../api/awaited";
import { type Chosen, isVenue } from "../roll_call/form";

export const DAYS = ["every", "working", "weekdays", "monthdays", "before"] as const;

/** Half a day and a whole one before a meeting, in minutes. */
export const LEADS = [720, 1440] as const;

/** What of a venue's probes runs; the kinds are those of the agent's probes. */
export const PROBE_KINDS = [
  "line",
  "picture",
  "camera",
  "sound",
  "listen",
  "display",
  "device",
  "http",
  "switch",
  "ups",
  "host",
  "snmp",
  "sensor",
  "input",
] as const;

const MANUAL_MOST = 64;
const WINDOW_MOST_MIN = 10_080;
const AT_ONCE_MOST = 5_000;

export const NO_RULE: PlanRule = {
  days: "every",
  weekdays: [1],
  monthdays: [1],
  months: [],
  at: "08:30",
  lead_min: 720,
  on_working: false,
};

/** The form: what is chosen is known by name. */
export interface Draft extends Omit<NewPlan, "places" | "venues" | "except"> {
  include: readonly Chosen[];
  without: readonly Chosen[];
}

/** Each place and venue once; names are asked for where they are not known. */
const chosen = (codes: readonly string[]): Chosen[] => codes.map((code) => ({ code, name: code, within: "" }));

export function draftOf(plan: NewPlan | Plan): Draft {
  const { places, venues, except, ...rest } = plan;
  return { ...rest, include: chosen([...places, ...venues]), without: chosen(except) };
}

/** A new one by a template: for the whole province, by hand until a calendar is set. */
export function draftBy(template: Template, operator: string): Draft {
  const { key: _, ...work } = template;
  return draftOf({ ...work, title: template.title, enabled: true, operator, basis: "", rule: NO_RULE });
}

export type Wrong = "title" | "scope" | "probes" | "manual" | "spread" | "window" | "rule" | "quiet" | "operator";

const isTime = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
const isWithin = (n: number, most: number) => Number.isInteger(n) && n >= 1 && n <= most;

/** What has to be put right before it can be kept. */
export function wrongIn(draft: Draft): Wrong[] {
  const { rule, quiet, spread, manual } = draft;
  const keys = new Set(manual.map((item) => item.key));
  const some = draft.probe_mode === "all" || draft.probe_list.length > 0;
  const checks: Record<Wrong, boolean> = {
    title: draft.title.trim() !== "",
    operator: draft.operator.trim() !== "",
    scope: draft.include.length + draft.units.length > 0,
    probes: draft.probe_mode === "none" ? manual.length > 0 : some,
    manual:
      manual.length <= MANUAL_MOST && keys.size === manual.length && manual.every((item) => item.title.trim() !== ""),
    spread: isWithin(spread.at_once, AT_ONCE_MOST) && isWithin(spread.per_county, AT_ONCE_MOST),
    window: isWithin(draft.window_min, WINDOW_MOST_MIN),
    quiet: quiet === null || (isTime(quiet.from) && isTime(quiet.to) && quiet.from !== quiet.to),
    rule: rule === null || isRule(rule),
  };
  return (Object.keys(checks) as Wrong[]).filter((one) => !checks[one]);
}

function isRule({ days, weekdays, monthdays, at }: PlanRule): boolean {
  if (days === "before") return true;
  if (!isTime(at)) return false;
  return days === "weekdays" ? weekdays.length > 0 : days !== "monthdays" || monthdays.length > 0;
}

/** As the collector wants it. */
export function planOf({ include, without, ...draft }: Draft): NewPlan {
  return {
    ...draft,
    title: draft.title.trim(),
    operator: draft.operator.trim(),
    basis: draft.basis.trim(),
    places: include.filter((one) => !isVenue(one)).map((one) => one.code),
    venues: include.filter(isVenue).map((one) => one.code),
    except: without.map((one) => one.code),
    probe_list: draft.probe_mode === "all" || draft.probe_mode === "none" ? [] : draft.probe_list,
    manual: draft.manual.map((item) => ({ ...item, title: item.title.trim(), standard: item.standard.trim() })),
  };
}

/** The next free key of a manual item. */
export function freeKey(manual: readonly { key: string }[]): string {
  const taken = new Set(manual.map((item) => item.key));
  for (let n = 1; ; n++) if (!taken.has(`item-${n}`)) return `item-${n}`;
}

/** With it when it was not there, without it when it was; in order. */
export function toggled(list: readonly number[], one: number): number[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one].sort((a, b) => a - b);
}
