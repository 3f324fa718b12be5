// What of the register of units is shown, and what a file would do to it. Pure.
import type { UnitKind, UnitsReport } from "../api/names";

export const UNIT_KINDS: readonly UnitKind[] = ["office", "upper", "member", "mobile"];

export interface UnitQuestion {
  q: string;
  /** Empty: all. */
  kind: UnitKind | "";
}

export function readUnits(parameters: URLSearchParams): UnitQuestion & { unit: string } {
  const kind = UNIT_KINDS.find((one) => one === parameters.get("kind")) ?? "";
  return { q: parameters.get("q") ?? "", kind, unit: parameters.get("unit") ?? "" };
}

export type Trial = "refused" | "same" | "ready";

/** What may be done with a file that was tried: nothing of it is taken when anything is wrong. */
export function trialOf(report: UnitsReport): Trial {
  if (report.errors.length > 0) return "refused";
  return report.added + report.changed + report.removed === 0 ? "same" : "ready";
}

/** A file that takes out more than a tenth of what was there is looked at twice. */
export function removesMuch(report: UnitsReport): boolean {
  const were = report.changed + report.unchanged + report.removed;
  return report.removed > 0 && report.removed * 10 > were;
}
