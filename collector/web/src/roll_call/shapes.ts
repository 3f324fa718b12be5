// What the contract of groups, schedules, records and links names.

import type { NewRollCall, RollCallDepth, RollCallItem, RollCallList, RollCallPerson } from "../api/names";
import type { components } from "../api/schema";

export type CallKind = components["schemas"]["RollCallKind"];
export const CALL_KINDS: readonly CallKind[] = ["duty", "before-meeting", "spot-check", "emergency"];

export interface Lists {
  places: string[];
  except: string[];
  venues: string[];
  units: string[];
}

export type OrderedCall = Omit<NewRollCall, "places" | "except" | "venues"> &
  Partial<Lists> & { group?: number; meeting?: number; kind: CallKind };

export interface Named {
  id: number;
  name: string;
}

export type KeptCall = RollCallItem & {
  units?: string[];
  kind?: CallKind;
  group?: Named | null;
  meeting?: Named | null;
  schedule?: Named | null;
  notice?: string;
  edition?: number;
  signed_by?: string | null;
  signed_ms?: number | null;
};

export type CallPage = RollCallList & { next?: number | null; total?: number };

/** A person's answer also says where it was recorded. */
export type Recorded = RollCallPerson & { via?: "hq" | "page"; telephone?: string };

export interface Group extends Lists {
  id: number;
  name: string;
  note: string;
  changed_ms: number;
  changed_by: string;
}

export interface GroupList {
  now_ms: number;
  items: Group[];
}

export type Days =
  | "every"
  | "working"
  | { weekdays: number[] }
  | { of_month: number[] }
  | { working_of_month: number }
  | { of_year: [number, number] };
export type Times = { at: string[] } | { hours: { every: number; from: string } };

export interface Rule {
  days: Days;
  times: Times;
}

export interface Slot {
  at_ms: number;
  outcome: "called" | "missed" | "failed";
  call: number | null;
  reason: string | null;
}

export interface Schedule extends Lists {
  id: number;
  name: string;
  rule: Rule;
  group: Named | null;
  depth: RollCallDepth;
  deadline_s: number;
  confirmed: boolean;
  kind: CallKind;
  operator: string;
  basis: string;
  paused: boolean;
  next_ms: number | null;
  changed_ms: number;
  slots: Slot[];
}

export interface ScheduleList {
  now_ms: number;
  items: Schedule[];
}

export type NewSchedule = Omit<Schedule, "id" | "next_ms" | "changed_ms" | "slots" | "group" | keyof Lists> &
  Partial<Lists> & { group?: number };

export interface Edition {
  name: string;
  edition: number;
  by: string;
  at_ms: number;
  reason: string | null;
  title: string;
  corrects: string | null;
}

export interface Verified {
  name: string;
  intact: boolean;
  key: string | null;
  own_key: boolean;
  changed: string[];
}

export interface PhoneLink {
  id: string;
  path: string;
  until_ms: number;
}
