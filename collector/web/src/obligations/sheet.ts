// The form of a joint test as it is filled in: what was looked at both ways, what was wrong, how it ended. Pure.
import type { JointTest, Sheet, SheetMark } from "../api/names";
import { timestamp } from "../time/age";
import { chinaTime } from "./board";

/** In the order of the form. */
export const POINTS = [
  "picture_out",
  "sound_out",
  "picture_in",
  "sound_in",
  "aux_out",
  "aux_in",
  "presets",
  "speaker",
  "backup_near",
  "backup_far",
] as const satisfies (keyof Sheet["marks"])[];

export const MARKS: readonly SheetMark[] = ["untested", "normal", "fixed", "abnormal", "none"];
export const CONCLUSIONS: readonly Sheet["conclusion"][] = ["normal", "fixed", "abnormal"];

export interface Draft extends Omit<Sheet, "joined_ms"> {
  /** '2026-11-27T08:30' of China; empty: not said. */
  joined: string;
}

export const EMPTY: Draft = {
  system: "",
  network: "",
  joined: "",
  marks: Object.fromEntries(POINTS.map((point) => [point, "untested"])) as Sheet["marks"],
  problem: "",
  handling: "",
  conclusion: "normal",
};

/** One that was filled in, to be filled in further. */
export function draftOf({ joined_ms, ...sheet }: Sheet): Draft {
  return { ...sheet, joined: joined_ms === null ? "" : typed(joined_ms) };
}

/** A moment as its field holds it. */
export function typed(at_ms: number): string {
  return timestamp(at_ms).slice(0, 16).replace(" ", "T");
}

export type Wrong = "marks" | "untested" | "problem" | "handling" | "joined";

/** What does not go together: a conclusion is never better than what was found, and what was wrong is named. */
export function wrongIn({ marks, conclusion, problem, handling, joined }: Draft): Wrong[] {
  const found = POINTS.map((point) => marks[point]);
  const still = found.includes("abnormal");
  const checks: Record<Wrong, boolean> = {
    marks: conclusion === "abnormal" || (!still && (conclusion === "fixed" || !found.includes("fixed"))),
    untested: conclusion !== "normal" || found.some((mark) => mark !== "untested" && mark !== "none"),
    problem: conclusion === "normal" || problem.trim() !== "",
    handling: conclusion !== "fixed" || handling.trim() !== "",
    joined: joined === "" || chinaTime(joined) !== null,
  };
  return (Object.keys(checks) as Wrong[]).filter((one) => !checks[one]);
}

/** As the collector wants it. */
export function sheetOf({ joined, ...draft }: Draft): Sheet {
  const [system, network, problem, handling] = [draft.system, draft.network, draft.problem, draft.handling].map((one) =>
    one.trim(),
  ) as [string, string, string, string];
  return { ...draft, system, network, problem, handling, joined_ms: chinaTime(joined) };
}

export interface Who {
  person: string;
  telephone: string;
}

export const NOBODY: Who = { person: "", telephone: "" };

export function sent(who: Who): { person: string; telephone: string | null } {
  return { person: who.person.trim(), telephone: who.telephone.trim() || null };
}

/** A joint test as it is typed. */
export interface TestDraft {
  kind: JointTest["kind"];
  /** '2026-11-27T08:30' of China. */
  at: string;
  note: string;
  /** Null: the test is only noted. */
  sheet: Draft | null;
}

export function testDraftOf({
  kind,
  at_ms,
  note,
  sheet,
}: Pick<JointTest, "kind" | "at_ms" | "note" | "sheet">): TestDraft {
  return { kind, at: typed(at_ms), note, sheet: sheet ? draftOf(sheet) : null };
}

/** What is said of it, as the collector wants it; null: something is missing. `was_ms`: when it was before, which an untouched field of minutes keeps. */
export function saidOf({ kind, at, note, sheet }: TestDraft, was_ms?: number) {
  const typed_ms = chinaTime(at);
  if (typed_ms === null || (sheet !== null && wrongIn(sheet).length > 0)) return null;
  const at_ms = was_ms !== undefined && typed(was_ms) === at ? was_ms : typed_ms;
  return { kind, at_ms, note: note.trim(), ...(sheet && { sheet: sheetOf(sheet) }) };
}
