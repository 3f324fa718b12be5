// Calls to us, as the contract names them.
import type { RollCallMode } from "../api/names";

export type CallKind = "duty" | "before-meeting" | "spot-check" | "emergency";
export type Way = "main" | "backup";
export type Need = "line" | "preset" | "microphone" | "picture";
export type Unasked = "no-box" | "away" | "old";
export type InboundState = "open" | "on-time" | "late" | "missed" | "dropped";
export type InboundStepState =
  | "waiting"
  | "running"
  | "pass"
  | "degraded"
  | "fail"
  | "unknown"
  | "unasked"
  | "works"
  | "broken";

export interface InboundReply {
  how: RollCallMode;
  person: string;
  after_ms: number;
  ready: Way | null;
}

export interface InboundItem {
  id: number;
  revision: number;
  venue: string;
  name: string;
  unit: string;
  caller: string;
  kind: CallKind;
  basis: string;
  operator: string;
  confirmed: boolean;
  received_ms: number;
  until_ms: number;
  left_ms: number;
  overdue: boolean;
  state: InboundState;
  ended_ms: number | null;
  ready: Way | null;
  first_ready_ms: number | null;
  first_ready: Way | null;
  answer: InboundReply | null;
  dropped_by: string | null;
  dropped_why: string | null;
}

export interface InboundStep {
  step: number;
  need: Need | null;
  backup: boolean;
  probe: string;
  name: string;
  state: InboundStepState;
  began_ms: number | null;
  ended_ms: number | null;
  took_ms: number | null;
  about_ms: number;
  finding: string | null;
  why: string | null;
  detail: string | null;
  unasked: Unasked | null;
  person: string | null;
}

export interface InboundFault {
  step: number;
  need: Need;
  remedy: "use-backup" | "finding" | "box" | "look";
  backup: number | null;
  finding: string | null;
  unasked: Unasked | null;
}

export interface InboundAnswer {
  now_ms: number;
  call: InboundItem;
  box: "connected" | "away" | "old" | "no-box";
  steps: InboundStep[];
  open: Need[];
  faults: InboundFault[];
}

export interface InboundList {
  now_ms: number;
  total: number;
  items: InboundItem[];
}

export interface InboundSummary {
  count: number;
  open: number;
  counted: number;
  ready_in_time: number;
  answered_in_time: number;
  missed: number;
  rate: number | null;
  ready_rate: number | null;
  median_ready_ms: number | null;
  median_answer_ms: number | null;
}

export interface NewInbound {
  venue: string;
  caller: string;
  kind: CallKind;
  basis: string;
  operator: string;
  key: string;
}

export type InboundWord =
  | { word: "step"; step: number; works: boolean; person: string }
  | { word: "again"; step: number }
  | { word: "answered"; how: RollCallMode; person: string }
  | { word: "close" }
  | { word: "drop"; person: string; reason: string };

/** Tells the collector what a person says. */
export type Say = (word: InboundWord) => void;
