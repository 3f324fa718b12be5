// Shapes of answers that openapi.json does not hold yet.
import type { Conclusion, InspectionKind, ItemState, RunItem, RunState, Work } from "./names";

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
