// Shapes of answers that openapi.json does not hold yet.

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
