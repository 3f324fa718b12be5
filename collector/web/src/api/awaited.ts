// Shapes of answers that openapi.json does not hold yet.

export type InspectionKind = "daily" | "monthly" | "yearly" | "before" | "assurance" | "visit";
export type Conclusion = "open" | "untested" | "abnormal" | "fixed" | "normal" | "excused";
export type Untested = "no-box" | "away" | "interlocked" | "refused" | "no-answer" | "no-time" | "cancelled";
export type Level = "province" | "city" | "county" | "township" | "village";
export type RunState = "running" | "paused" | "ended";
export type RunEnd = "complete" | "time-up" | "cancelled";
export type ReviewState = "filling" | "reviewing" | "returned" | "submitted";
export type ReviewAct = "pass" | "return";

export interface RunTally {
  venues: number;
  excused: number;
  open: number;
  untested: number;
  abnormal: number;
  fixed: number;
  normal: number;
}

export interface ManualItem {
  key: string;
  title: string;
  standard: string;
}

export interface Work {
  kind: InspectionKind;
  places: string[];
  except: string[];
  venues: string[];
  units: string[];
  probe_mode: "all" | "kinds" | "ids" | "none";
  probe_list: string[];
  manual: ManualItem[];
  confirmed: boolean;
  spread: { at_once: number; per_county: number };
  quiet: { from: string; to: string } | null;
  window_min: number;
}

export interface Template extends Work {
  key: string;
  title: string;
}

export interface PlanRule {
  days: "every" | "working" | "weekdays" | "monthdays" | "before";
  weekdays: number[];
  monthdays: number[];
  months: number[];
  at: string;
  lead_min: number;
  on_working: boolean;
}

export interface NewPlan extends Work {
  title: string;
  enabled: boolean;
  operator: string;
  basis: string;
  rule: PlanRule | null;
}

export interface Plan extends NewPlan {
  id: number;
  created_ms: number;
  updated_ms: number;
  next_ms: number | null;
  last_run: number | null;
  missed_ms: number | null;
}

export interface RunItem {
  id: number;
  title: string;
  kind: InspectionKind;
  plan: number | null;
  operator: string;
  basis: string;
  by_calendar: boolean;
  confirmed: boolean;
  given_ms: number;
  until_ms: number;
  state: RunState;
  paused_ms: number | null;
  paused_by: string | null;
  ended_ms: number | null;
  ended: RunEnd | null;
  tally: RunTally;
  rate: number | null;
  coverage: number | null;
}

export interface RunList {
  now_ms: number;
  total: number;
  items: RunItem[];
}

export interface CalendarDay {
  date: string;
  weekday: number;
  working: boolean;
  kind: "work" | "weekend" | "holiday" | "makeup";
  runs: {
    id: number;
    title: string;
    kind: InspectionKind;
    plan: number | null;
    state: RunState;
    given_ms: number;
    rate: number | null;
    venues: number;
    abnormal: number;
    untested: number;
  }[];
  due: { plan: number; title: string; kind: InspectionKind; at_ms: number }[];
  missed: { plan: number; title: string; at_ms: number }[];
}

export interface CalendarAnswer {
  now_ms: number;
  month: string;
  today: string;
  days: CalendarDay[];
}

export interface DaysAnswer {
  year: number;
  known: boolean;
  source: string;
  off: string[];
  work: string[];
}

export interface RunPlace {
  place: string;
  name: string;
  tally: RunTally;
  rate: number | null;
  coverage: number | null;
}

export interface BlamedGroup {
  /** As people call them; empty when nothing explains what failed. */
  stages: string;
  venues: number;
  sample: string[];
}

export interface RunForecast {
  end_ms: number;
  remaining_venues: number;
  asked_now: number;
  waiting_away: number;
  mean_ms: number;
  quiet_until_ms: number | null;
  based_on: "usual" | "pace";
}

export interface RunAnswer {
  now_ms: number;
  run: RunItem;
  cities: RunPlace[];
  counties: (RunPlace & { city: string })[];
  blamed: BlamedGroup[];
  untested: { reason: Untested; venues: number }[];
  previous: number | null;
  forecast: RunForecast | null;
}

export interface RunVenue {
  venue: string;
  name: string;
  unit: string;
  city: string;
  county: string;
  place_name: string;
  conclusion: Conclusion;
  reason: Untested | null;
  asking: "waits" | "away" | "out" | "answered" | "done";
  items_done: number;
  items: number;
  bad: { name: string; finding: string | null }[];
  degraded: boolean;
  filled: number;
  manual: number;
  review: { state: ReviewState; level: Level; owner: string; owner_name: string };
  blamed: string | null;
  asked: number;
  first_ms: number | null;
  last_ms: number | null;
}

export interface RunVenues {
  now_ms: number;
  total: number;
  items: RunVenue[];
}

export type ItemState = "normal" | "degraded" | "abnormal" | "unknown" | "inapplicable" | "untested" | "open";

export interface RecordItem {
  source: "auto" | "manual";
  key: string;
  title: string;
  kind: string;
  standard: string;
  value: string | number | null;
  unit: string | null;
  result: ItemState;
  reason: Untested | null;
  finding: string | null;
  detail: string;
  at_ms: number | null;
  person: string | null;
  telephone: string | null;
  note: string | null;
  earlier: {
    at_ms: number;
    result: ItemState;
    value: string | number | null;
    unit: string | null;
    finding: string | null;
  }[];
}

export interface ReviewStep {
  at_ms: number;
  person: string;
  act: ReviewAct;
  from: Level;
  to: Level;
  reason: string;
}

export interface RunRecord extends Omit<RunVenue, "items"> {
  run: number;
  items: RecordItem[];
  steps: ReviewStep[];
  remark: { text: string; person: string; at_ms: number } | null;
  excuse: string | null;
}

export type RunChange = "new" | "cured" | "still" | "untested" | "only-now" | "only-before";

export interface CompareAnswer {
  now: RunItem;
  before: RunItem | null;
  sums: {
    new_fault: number;
    cured: number;
    still: number;
    untested_now: number;
    steady: number;
    only_now: number;
    only_before: number;
  };
  rows: {
    venue: string;
    name: string;
    change: RunChange;
    before: Conclusion | null;
    now: Conclusion | null;
    items: { title: string; before: ItemState | null; now: ItemState | null }[];
  }[];
  total: number;
}
