// Which venues of a run are looked at, in the URL; how items and reviews are shown. Pure.
import type {
  CompareAnswer,
  Conclusion,
  ItemState,
  Level,
  RecordItem,
  ReviewAct,
  ReviewState,
  RunChange,
  Untested,
} from "../api/names";
import type { Standing } from "../state/classes";
import { CONCLUSIONS } from "./run";

export const VIEWS = ["places", "stages", "compare"] as const;
export type View = (typeof VIEWS)[number];

export const REASONS: readonly Untested[] = [
  "no-box",
  "away",
  "interlocked",
  "frozen",
  "refused",
  "no-answer",
  "no-time",
  "quiet",
  "cancelled",
];

/** What stands in the question for failures that no stage explains. */
export const NO_STAGE = "-";

export interface Look {
  conclusion: Conclusion | "";
  place: string;
  blamed: string;
  untested: Untested | "";
  q: string;
  view: View;
  /** The run that it is compared with; empty: the last of its plan. */
  with: string;
  venue: string;
}

export function readLook(parameters: URLSearchParams): Look {
  const text = (name: string) => parameters.get(name) ?? "";
  return {
    conclusion: CONCLUSIONS.find((one) => one === text("conclusion")) ?? "",
    place: /^\d{2,12}$/.test(text("place")) ? text("place") : "",
    blamed: text("blamed"),
    untested: REASONS.find((one) => one === text("untested")) ?? "",
    q: text("q"),
    view: VIEWS.find((one) => one === text("view")) ?? "places",
    with: /^[1-9]\d{0,15}$/.test(text("with")) ? text("with") : "",
    venue: /^\d{2,12}-\d{2}$/.test(text("venue")) ? text("venue") : "",
  };
}

/** Nothing that narrows the list. */
export const ALL = { conclusion: "", place: "", blamed: "", untested: "", q: "" } as const;

export const RESULT_MARK: Record<ItemState, Standing> = {
  abnormal: "fail",
  degraded: "degraded",
  unknown: "unknown",
  untested: "never",
  open: "never",
  normal: "pass",
  inapplicable: "excluded",
};

const STATES = Object.keys(RESULT_MARK) as ItemState[];

/** The worst first. */
export function byResult(all: readonly RecordItem[]): RecordItem[] {
  const rank = (one: RecordItem) => STATES.indexOf(one.now.result);
  return [...all].sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
}

/** What needs a look comes first. */
export const CHANGES: readonly RunChange[] = ["new", "still", "untested", "cured", "only-now", "only-before", "steady"];

export const CHANGE_MARK: Record<RunChange, Standing> = {
  new: "fail",
  still: "degraded",
  untested: "unknown",
  cured: "pass",
  "only-now": "never",
  "only-before": "excluded",
  steady: "stale",
};

export function changeCount(sums: CompareAnswer["sums"], of: RunChange): number {
  switch (of) {
    case "only-now":
      return sums.only_now;
    case "only-before":
      return sums.only_before;
    default:
      return sums[of];
  }
}

/** Runs that can be chosen: those of the list, the newest first, and the one that is chosen where the list does not show it. */
export function choices<T extends { id: number; given_ms: number }>(listed: readonly T[], chosen: T | null): T[] {
  const all = chosen === null || listed.some(({ id }) => id === chosen.id) ? [...listed] : [...listed, chosen];
  return all.sort((a, b) => b.given_ms - a.given_ms || b.id - a.id);
}

/** Lowest first. */
const LEVELS: readonly Level[] = ["village", "township", "county", "city", "province"];

/** The way of a record, from where it is filled in up to the province. */
export function levelsFrom(home: Level): readonly Level[] {
  return LEVELS.slice(LEVELS.indexOf(home));
}

/** A level as the collector names it; a name that is not known is the province's. */
export function levelOf(text: string): Level {
  return LEVELS.find((level) => level === text) ?? "province";
}

interface OnItsWay {
  steps: readonly { from: string }[];
  venue: { review: { level: string } };
}

/** Where a record is filled in: where its first step began, or where it still lies. */
export function homeOf({ steps, venue }: OnItsWay): Level {
  return levelOf(steps[0]?.from ?? venue.review.level);
}

/** What may be done next with a record that lies with `level`: where it is filled in nobody is below to whom it could be returned. */
export function actsOf(state: ReviewState, level: Level, home: Level): readonly ReviewAct[] {
  if (state === "submitted") return [];
  return level === home ? ["pass"] : ["pass", "return"];
}
