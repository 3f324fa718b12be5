// The days of a month as people in China lay them out: weeks from Monday, dates of Asia/Shanghai. Pure.
import { timestamp } from "../time/age";

const DAY_MS = 86_400_000;
const WEEK = 7;

/** '2026-11-27', of China. */
export function dayOf(at_ms: number): string {
  return timestamp(at_ms).slice(0, 10);
}

/** '2026-11'. */
export function monthOf(at_ms: number): string {
  return timestamp(at_ms).slice(0, 7);
}

/** The month in the URL, else the one that is on. */
export function readMonth(text: string | null, now_ms: number): string {
  return /^20\d{2}-(0[1-9]|1[0-2])$/.test(text ?? "") ? (text ?? "") : monthOf(now_ms);
}

const utc = (day: string) => Date.parse(`${day}T00:00:00Z`);
const text = (at: number) => new Date(at).toISOString().slice(0, 10);

export function shiftedMonth(month: string, by: number): string {
  const [year = 0, of = 1] = month.split("-").map(Number);
  return text(Date.UTC(year, of - 1 + by, 1)).slice(0, 7);
}

export function shiftedDay(day: string, by: number): string {
  return text(utc(day) + by * DAY_MS);
}

/** 0 is Monday. */
export function weekday(day: string): number {
  return (new Date(utc(day)).getUTCDay() + WEEK - 1) % WEEK;
}

/** Whole weeks that hold the month; days beside it come from its neighbours. */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`;
  const last = shiftedDay(`${shiftedMonth(month, 1)}-01`, -1);
  const begin = shiftedDay(first, -weekday(first));
  const weeks: string[][] = [];
  for (let monday = begin; monday <= last; monday = shiftedDay(monday, WEEK)) {
    weeks.push(Array.from({ length: WEEK }, (_, n) => shiftedDay(monday, n)));
  }
  return weeks;
}

const STEPS: Record<string, number> = {
  h: -1,
  ArrowLeft: -1,
  l: 1,
  ArrowRight: 1,
  j: 7,
  ArrowDown: 7,
  k: -7,
  ArrowUp: -7,
};

/** Where a key leads from a day; null for a key that moves nothing. Without a day it begins at `start`. */
export function steppedDay(day: string | null, key: string, start: string): string | null {
  const step = STEPS[key];
  if (step === undefined) return null;
  return day === null ? start : shiftedDay(day, step);
}
