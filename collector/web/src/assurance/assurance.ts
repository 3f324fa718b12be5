// Responses of the authorities and what they change, without a screen. Pure.
import type { AssuranceResponse, AssuranceRule, ResponseLevel } from "../api/names";
import { chinaTime } from "../obligations/board";
import type { Words } from "../words/words";

/** The highest first. */
export const LEVELS: readonly ResponseLevel[] = ["i", "ii", "iii", "iv"];

/** As it is written on every badge, in any language. */
export const ROMAN: Record<ResponseLevel, string> = { i: "Ⅰ", ii: "Ⅱ", iii: "Ⅲ", iv: "Ⅳ" };

const ORDER: Record<AssuranceResponse["state"], number> = { on: 0, ahead: 1, ended: 2 };

/** Those in force, the highest first; then those to come, then the ended, the newest first. */
export function inOrder(all: readonly AssuranceResponse[]): AssuranceResponse[] {
  const rank = (one: AssuranceResponse) => LEVELS.indexOf(one.level);
  return [...all].sort(
    (a, b) => ORDER[a.state] - ORDER[b.state] || (a.state === "on" ? rank(a) - rank(b) : 0) || b.from_ms - a.from_ms,
  );
}

/** The highest first; of the same level as they came. */
export function byLevel<T extends { level: ResponseLevel }>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

const MINUTE_S = 60;
const HOUR_S = 3600;

/** How often checks run: 0 is all the time. */
export function everyTold(check_every_s: number, { t }: Pick<Words, "t">): string {
  if (check_every_s === 0) return t("assure.every.always");
  if (check_every_s % HOUR_S === 0) return t("assure.every.hours", { n: check_every_s / HOUR_S });
  return check_every_s % MINUTE_S === 0
    ? t("assure.every.minutes", { n: check_every_s / MINUTE_S })
    : t("assure.every.seconds", { n: check_every_s });
}

export interface Draft {
  title: string;
  hazard: string;
  level: ResponseLevel;
  authority: string;
  document: string;
  places: readonly string[];
  /** A day, or empty: until it is ended. */
  until: string;
  freeze: boolean;
  approver: string;
  person: string;
  note: string;
}

export type Wrong = "title" | "authority" | "places" | "until" | "approver" | "person";

/** What has to be put right before it can be started. */
export function wrongIn(draft: Draft, now_ms: number): Wrong[] {
  const until = chinaTime(draft.until);
  const checks: Record<Wrong, boolean> = {
    title: draft.title.trim() !== "",
    authority: draft.authority.trim() !== "",
    places: draft.places.length > 0,
    until: draft.until === "" || (until !== null && until > now_ms),
    // Also without a freeze: one that is added later without somebody who may lift it in a single case would stop work for good.
    approver: draft.approver.trim() !== "",
    person: draft.person.trim() !== "",
  };
  return (Object.keys(checks) as Wrong[]).filter((one) => !checks[one]);
}

/** Whether the rules make sense: a higher level never checks or calls more seldom than a lower one. */
export function isOrdered(levels: readonly AssuranceRule[]): boolean {
  return levels.every((one, at) => {
    const lower = levels[at + 1];
    return (
      !lower ||
      (one.check_every_s <= lower.check_every_s &&
        one.roll_calls_a_day >= lower.roll_calls_a_day &&
        (one.depth !== "present" || lower.depth === "present") &&
        one.extra_staff >= lower.extra_staff)
    );
  });
}
