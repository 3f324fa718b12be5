// What is said of a venue beside its standing. Pure: keys of the dictionary, in the order in which they are said.
import type { RollCallEntry, RollCallProof } from "../api/names";
import type { Key, Vars } from "../words/words";
import { seconds } from "./countdown";
import type { Seen } from "./sign";

export interface Said {
  key: Key;
  vars?: Vars;
  /** Somebody's own words stand in it. */
  named?: boolean;
}

function reason(entry: RollCallEntry, standing: Seen["standing"]): Said[] {
  const known = ["no-room", "no-box", "away", "no-answer", "unfinished"] as const;
  const why = known.find((one) => one === entry.reason);
  // A box that looks at nothing has no tests to count.
  if (standing === "heard" && (entry.of ?? 0) > 0) {
    return [{ key: "call.told.working", vars: { done: entry.done ?? 0, of: entry.of ?? 0 } }];
  }
  if (!why) return [];
  return [{ key: standing === "waiting" && why === "no-answer" ? "call.reason.asked" : `call.reason.${why}` }];
}

/** An excuse that came too late to count. */
function afterwards({ excused_afterwards, excuse }: RollCallEntry): Said[] {
  if (!excused_afterwards || excuse === null) return [];
  return [{ key: "call.told.excused-afterwards", vars: { why: excuse }, named: true }];
}

/** How far the run with HQ is, or why there is none. */
export function proofSaid({ state, why }: RollCallProof): Said {
  if (state !== "fell-back") return { key: `call.proof.${state}` };
  return { key: why === null ? "call.proof.fell-back" : `call.proof.why.${why}` };
}

/** The word beside the sign. */
export function standingWord({ standing, fault }: Seen): Key {
  const is_fault = fault !== null && (standing === "on-time" || standing === "late");
  return is_fault ? `call.standing.${standing}.fault` : `call.standing.${standing}`;
}

/** How, when, and what is wrong; why it has not answered; why it need not. */
export function told(entry: RollCallEntry, { standing, mode, fault }: Seen): Said[] {
  if (standing === "excused") {
    return entry.excuse === null ? [] : [{ key: "call.told.excuse", vars: { why: entry.excuse }, named: true }];
  }
  if (standing === "uncounted") return [];
  if (standing === "waiting" || standing === "heard" || standing === "silent") {
    return [...reason(entry, standing), ...afterwards(entry)];
  }
  const said: Said[] = [];
  if (entry.proof) said.push(proofSaid(entry.proof));
  if (fault !== null) said.push({ key: `call.fault.${fault}` });
  if (entry.answered_ms !== null) said.push({ key: "call.told.after", vars: { s: seconds(entry.answered_ms) } });
  if (mode !== null && standing !== "in-meeting") said.push({ key: `call.mode.${mode}` });
  if (mode !== null && mode !== "auto" && entry.person?.person) {
    said.push({ key: "call.told.person", vars: { person: entry.person.person }, named: true });
  }
  if (entry.untested && (standing === "on-time" || standing === "late")) said.push({ key: "call.told.untested" });
  if (entry.person?.afterwards && mode !== "auto") said.push({ key: "call.told.afterwards" });
  return [...said, ...afterwards(entry)];
}
