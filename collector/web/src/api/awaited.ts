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

export type SourceKind = "hand" | "inspection" | "roll-call" | "joint-test" | "warning";
export type RectifyState = "open" | "fixed" | "passed" | "closed";
export type RectifyStepKind = "opened" | "changed" | "fixed" | "retested" | "closed" | "reopened";

export interface Source {
  kind: SourceKind;
  id: number | null;
}

export interface RectifyStep {
  at_ms: number;
  person: string;
  step: RectifyStepKind;
  note: string;
  advice: string | null;
  unit: string | null;
  due_ms: number | null;
  passed: boolean | null;
  proof: Source | null;
  tested_ms: number | null;
}

export interface RectifyItem {
  id: number;
  subject: string;
  name: string;
  place: string | null;
  origin: Source;
  item: string;
  problem: string;
  advice: string;
  unit: string;
  due_ms: number;
  state: RectifyState;
  overdue: boolean;
  opened_ms: number;
  opened_by: string;
  touched_ms: number;
  steps: number;
}

export interface RectifyAnswer {
  now_ms: number;
  item: RectifyItem;
  history: RectifyStep[];
}

export interface RectifySums {
  open: number;
  fixed: number;
  passed: number;
  closed: number;
  overdue: number;
}

export interface RectifyList {
  now_ms: number;
  sums: RectifySums;
  units: { unit: string; open: number; overdue: number }[];
  total: number;
  items: RectifyItem[];
}

export interface NewRectify {
  subject: string;
  origin: Source;
  item: string;
  problem: string;
  advice: string;
  unit: string;
  due_ms: number;
  person: string;
  note: string;
}

export interface NewRectifyStep {
  step: RectifyStepKind;
  person: string;
  note: string;
  advice?: string;
  unit?: string;
  due_ms?: number;
  passed?: boolean;
}

export type ResponseLevel = "i" | "ii" | "iii" | "iv";

export interface AssuranceRule {
  level: ResponseLevel;
  /** 0: all the time. */
  check_every_s: number;
  roll_calls_a_day: number;
  extra_staff: number;
}

export interface AssuranceStep {
  at_ms: number;
  person: string;
  act: "started" | "adjusted" | "ended";
  level: ResponseLevel;
  places: string[];
  note: string;
}

export interface AssuranceResponse {
  id: number;
  title: string;
  hazard: string;
  level: ResponseLevel;
  authority: string;
  document: string;
  places: string[];
  names: string[];
  from_ms: number;
  to_ms: number | null;
  ended_ms: number | null;
  state: "ahead" | "on" | "ended";
  freeze: boolean;
  approver: string;
  history: AssuranceStep[];
  check_every_s: number;
  roll_calls_a_day: number;
  extra_staff: number;
  venues: number;
}

export interface Approval {
  id: number;
  subject: string;
  name: string;
  what: string;
  person: string;
  reason: string;
  given_ms: number;
  until_ms: number;
}

export interface AssuranceAnswer {
  now_ms: number;
  responses: AssuranceResponse[];
  rules: { levels: AssuranceRule[] };
  in_force: ResponseLevel | null;
  places: { place: string; name: string; level: ResponseLevel; freeze: boolean }[];
  approvals: Approval[];
}

export interface Warning {
  venue: string;
  name: string;
  place: string;
  probe: string;
  probe_name: string;
  value: string;
  unit: string;
  limit: number;
  limit_kind: "max" | "min";
  now: number;
  slope_per_day: number;
  crosses_ms: number;
  days_left: number;
  points: number;
  confidence: number;
  series: [number, number][];
}

export interface WarningList {
  now_ms: number;
  computed_ms: number | null;
  since_ms: number;
  total: number;
  items: Warning[];
}

export interface BackupWarningList {
  now_ms: number;
  total: number;
  items: {
    venue: string;
    name: string;
    place: string;
    kind: "line" | "terminal" | "microphone" | "platform" | "ups" | "other";
    title: string;
    state: "overdue" | "never" | "failing";
    last_proven_ms: number | null;
  }[];
}

export interface FrequentRule {
  faults: number;
  days: number;
  failed_tests: number;
}

export interface FrequentList {
  now_ms: number;
  rule: FrequentRule;
  since_ms: number;
  total: number;
  items: {
    venue: string;
    name: string;
    place: string;
    faults: number;
    failed_tests: number;
    last_ms: number;
    findings: { finding: string; times: number }[];
  }[];
}
