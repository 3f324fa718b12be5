// What is said of a call to us: the banner, the steps, the way out of a fault. Pure: keys of the dictionary and figures.
import type { Standing } from "../state/classes";
import type { Key, Vars } from "../words/words";
import type { InboundAnswer, InboundFault, InboundItem, InboundStep, InboundStepState } from "./shapes";

export type Tone = "ready" | "not-yet" | "bad" | "over";

export interface Banner {
  tone: Tone;
  key: Key;
  vars?: Vars;
}

/** What is read from across the room. */
export function bannerOf({ call, open, faults }: Pick<InboundAnswer, "call" | "open" | "faults">): Banner {
  if (call.state !== "open") {
    const tone = call.state === "on-time" ? "ready" : call.state === "dropped" ? "over" : "bad";
    return { tone, key: `inbound.state.${call.state}` };
  }
  if (call.answer) return { tone: call.answer.how === "auto" ? "not-yet" : "ready", key: answerKey(call.answer.how) };
  if (call.ready === "main") return { tone: "ready", key: "inbound.banner.ready" };
  if (call.ready === "backup") return { tone: "ready", key: "inbound.banner.backup" };
  if (open.length > 0) return { tone: call.overdue ? "bad" : "not-yet", key: "inbound.banner.checking" };
  // Nobody can tell: that is no fault.
  if (faults.length === 0) return { tone: call.overdue ? "bad" : "not-yet", key: "inbound.banner.unknown" };
  return { tone: "bad", key: "inbound.banner.faults" };
}

function answerKey(how: NonNullable<InboundItem["answer"]>["how"]): Key {
  return how === "auto" ? "inbound.banner.auto" : "inbound.banner.answered";
}

/** For the clock: it stands still when a person has answered. */
export function clockOf(call: InboundItem): { given_ms: number; until_ms: number; ended_ms: number | null } {
  const { received_ms, until_ms, answer } = call;
  const answered = answer && answer.how !== "auto" ? received_ms + answer.after_ms : null;
  return { given_ms: received_ms, until_ms, ended_ms: answered ?? call.ended_ms };
}

export interface Columns {
  main: readonly InboundStep[];
  backup: readonly InboundStep[];
}

const NEEDS = ["line", "preset", "microphone", "picture"] as const;

/** What is needed on one side, what stands in for it on the other, both in the same order. */
export function columnsOf(steps: readonly InboundStep[]): Columns {
  const rank = ({ need, step }: InboundStep) => (need === null ? NEEDS.length : NEEDS.indexOf(need)) * 256 + step;
  const sorted = [...steps].sort((a, b) => rank(a) - rank(b));
  return { main: sorted.filter((one) => !one.backup), backup: sorted.filter((one) => one.backup) };
}

/** The mark of a step; none: it has not ended. */
export const STEP_MARK: Record<InboundStepState, Standing | null> = {
  waiting: null,
  running: null,
  pass: "pass",
  degraded: "degraded",
  fail: "fail",
  unknown: "unknown",
  unasked: "silent",
  works: "pass",
  broken: "fail",
};

/** How far a running step is by what it usually takes, 0 to 1; the last tenth only when it has ended. */
export function shareOf(step: InboundStep, call: InboundItem, now_ms: number): number {
  if (step.state === "waiting") return 0;
  if (step.state !== "running" || step.began_ms === null) return 1;
  const passed = now_ms - call.received_ms - step.began_ms;
  return Math.min(0.9, Math.max(0, passed / Math.max(1, step.about_ms)));
}

/** Whether somebody may still say how it is with a step. */
export function isOpen(call: InboundItem): boolean {
  return call.state === "open";
}

export type Way = { key: Key; vars?: Vars } | { finding: string };

/** The shortest way out. */
export function wayOut(fault: InboundFault, steps: readonly InboundStep[]): Way {
  if (fault.remedy === "use-backup") {
    const backup = steps.find(({ step }) => step === fault.backup);
    return { key: "inbound.remedy.use-backup", vars: { name: backup?.name ?? "" } };
  }
  if (fault.remedy === "finding" && fault.finding !== null) return { finding: fault.finding };
  if (fault.remedy === "box" && fault.unasked !== null) return { key: `inbound.remedy.box.${fault.unasked}` };
  return { key: "inbound.remedy.look" };
}
