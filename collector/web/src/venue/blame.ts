// How sure the blame is.
import type { Blame } from "../api/names";

/** Whether every explanation names the stage; with several explanations most stages are only suspected. */
export function isCertain(blame: Blame | null | undefined, stage: string): boolean {
  return blame == null || blame.explanations.every((set) => set.includes(stage));
}
