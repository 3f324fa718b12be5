// A plan of inspections as its form holds it, and as the collector wants it. Pure.
import type { NewPlan, Template, Work } from "../api/names";
import { type Chosen, chosenIn, chosenOut, isPlace, isVenue, levelsOf } from "../roll_call/form";
import { planWhenOf, USUAL, type When, whenOf } from "./when";

/** What of a venue's probes runs; the kinds are those of the agent's probes. */
const PROBE_KINDS = [
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

/** What can be chosen: the known ones, and what a template names beside them. */
export function kindsShown(chosen: readonly string[]): readonly string[] {
  return [...new Set<string>([...PROBE_KINDS, ...chosen])];
}

const MANUAL_MOST = 64;
const WINDOW_MOST_MIN = 10_080;
const AT_ONCE_MOST = 5_000;

/** The form: what is chosen is known by name. */
export interface Draft extends Omit<Work, "places" | "venues" | "units" | "except"> {
  title: string;
  enabled: boolean;
  operator: string;
  basis: string;
  when: When;
  /** The saved group that it follows; what is chosen besides counts then for nothing. */
  group: number | null;
  include: readonly Chosen[];
  without: readonly Chosen[];
}

export function draftOf({ work, when, ...said }: NewPlan): Draft {
  const { places, venues, units, except, ...rest } = work;
  const include = chosenIn({ places, venues, units });
  return { ...said, ...rest, when: whenOf(when), include, without: chosenOut({ except }) };
}

/** A new one by a template. */
export function draftBy({ title, work, lead_min }: Template, operator: string): Draft {
  const draft = draftOf({ title, work, enabled: true, operator, basis: "", when: "by-hand", group: null });
  return {
    ...draft,
    when: work.kind === "before" ? { ...USUAL, by: "meetings", lead_min: lead_min ?? USUAL.lead_min } : USUAL,
  };
}

/** A template of what its form holds. */
export function templateOf(key: string, { title, kind, when }: Draft, work: Work): Template {
  return { key, title: title.trim(), work, lead_min: kind === "before" ? when.lead_min : null };
}

export type Wrong = "title" | "scope" | "probes" | "manual" | "spread" | "window" | "when" | "quiet" | "operator";

const isTime = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
const isWithin = (n: number, most: number) => Number.isInteger(n) && n >= 1 && n <= most;

/** What has to be put right before it can be kept. */
export function wrongIn(draft: Draft): Wrong[] {
  const { quiet, spread, manual } = draft;
  const keys = new Set(manual.map((item) => item.key));
  const some = draft.probe_mode === "all" || draft.probe_list.length > 0;
  const checks: Record<Wrong, boolean> = {
    title: draft.title.trim() !== "",
    operator: draft.operator.trim() !== "",
    scope: draft.group !== null || draft.include.length > 0,
    probes: draft.probe_mode === "none" ? manual.length > 0 : some,
    manual:
      manual.length <= MANUAL_MOST && keys.size === manual.length && manual.every((item) => item.title.trim() !== ""),
    spread: isWithin(spread.at_once, AT_ONCE_MOST) && isWithin(spread.per_county, AT_ONCE_MOST),
    window: isWithin(draft.window_min, WINDOW_MOST_MIN),
    quiet: quiet === null || (isTime(quiet.from) && isTime(quiet.to) && quiet.from !== quiet.to),
    when: planWhenOf(draft.when) !== null,
  };
  return (Object.keys(checks) as Wrong[]).filter((one) => !checks[one]);
}

/** As the collector wants it; null while something is wrong with when it is due. */
export function planOf({ title, enabled, operator, basis, when, group, ...draft }: Draft): NewPlan | null {
  const { include: chosen, without: left, ...work } = draft;
  const [include, without] = group === null ? [chosen, left] : [[], []];
  const due = planWhenOf(when);
  if (due === null) return null;
  const whole = work.probe_mode === "all" || work.probe_mode === "none";
  return {
    title: title.trim(),
    enabled,
    operator: operator.trim(),
    basis: basis.trim(),
    group,
    when: due,
    work: {
      ...work,
      places: include.filter(isPlace).map((one) => one.code),
      venues: include.filter(isVenue).map((one) => one.code),
      units: include.filter((one) => one.unit === true).map((one) => one.code),
      except: without.map((one) => one.code),
      levels: levelsOf(include, work.levels),
      probe_list: whole ? [] : work.probe_list,
      manual: work.manual.map((item) => ({ ...item, title: item.title.trim(), standard: item.standard.trim() })),
    },
  };
}

/** The next free key of a manual item. */
export function freeKey(manual: readonly { key: string }[]): string {
  const taken = new Set(manual.map((item) => item.key));
  for (let n = 1; ; n++) if (!taken.has(`item-${n}`)) return `item-${n}`;
}
