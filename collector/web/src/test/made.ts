import type { Counts } from "../api/names";
import { CLASSES } from "../state/classes";

/** Counts whose classes add up. */
export function counts(some: Partial<Counts>): Counts {
  const none = { silent: 0, fail: 0, stale: 0, unknown: 0, degraded: 0, pass: 0 };
  const six = { ...none, ...some };
  const venues = CLASSES.reduce((sum, c) => sum + six[c], 0);
  return { agents: 0, never: 0, excluded: 0, ...six, venues };
}
