// The presets of one camera: which stand on the page, and what is beside each. Pure.
import type { CameraOrder, Outcome, PresetReference } from "../api/names";
import { type Still, stills } from "./stills";

/** Those that a person at the pad can recall although nothing was learnt of them: what a hand controller has keys for. */
const USUAL = [1, 2, 3, 4, 5, 6, 7, 8, 9];

export interface Preset {
  n: number;
  /** Null: HQ knows of none. */
  reference: PresetReference | null;
}

/** The presets of a camera by number; without a hand at the camera only those that have a reference. */
export function presetsOf(references: readonly PresetReference[], probe: string, held: boolean): Preset[] {
  const own = references.filter((one) => one.probe === probe);
  const numbers = new Set([...(held ? USUAL : []), ...own.map((one) => one.preset)]);
  return [...numbers].sort((a, b) => a - b).map((n) => ({ n, reference: own.find((one) => one.preset === n) ?? null }));
}

/** How a reference's picture is to be had. */
export type Shot = { at: "none" | "position" | "absent" } | { at: "here"; hash: string };

export function shotOf(reference: PresetReference | null): Shot {
  if (reference === null) return { at: "none" };
  const { picture } = reference;
  if (!picture?.media_type.startsWith("image/")) return { at: "position" };
  return picture.available ? { at: "here", hash: picture.hash } : { at: "absent" };
}

/**
 * The newest stills that a camera's reference is compared with, one of each probe, the likeliest first: its own and those
 * through a stage that it covers; in a room with one camera any picture but that of surveillance.
 */
export function stillsBeside(outcomes: readonly Outcome[], probe: string): Still[] {
  const camera = outcomes.find((one) => one.probe === probe);
  const others = outcomes.some((one) => one.kind === "camera" && one.probe !== probe);
  const isIts = (one: Outcome) =>
    one.probe === probe ||
    one.covers.some((stage) => camera?.covers.includes(stage)) ||
    (!others && one.kind !== "surveillance");
  const newest = (of: readonly Outcome[]) =>
    of
      .flatMap((one) => stills([one]).slice(0, 1))
      .sort((a, b) => Number(b.evidence.available) - Number(a.evidence.available) || b.taken.at_ms - a.taken.at_ms);
  return [...newest(outcomes.filter(isIts)), ...newest(outcomes.filter((one) => !isIts(one)))];
}

/** What is learnt is looked at twice, behind a turn of the camera; the collector waits for 90 s. */
const LEARN_MS = 95_000;
/** The collector answers any other command within 18 s. */
const COMMAND_MS = 20_000;

export function isLearn({ command }: CameraOrder): boolean {
  return typeof command === "object" && "learn" in command;
}

/** How long the answer to an order may take. */
export function answerWithin(order: CameraOrder): number {
  return isLearn(order) ? LEARN_MS : COMMAND_MS;
}
