// Which picture stands for the venue.
import type { EvidenceRef, Outcome } from "../api/names";

export interface Still {
  outcome: Outcome;
  evidence: EvidenceRef;
}

/** The newest outcome with a picture; one that has arrived goes before a newer one that has not. */
export function newestStill(outcomes: readonly Outcome[]): Still | null {
  const stills = outcomes
    .flatMap((outcome) => outcome.evidence.map((evidence) => ({ outcome, evidence })))
    .filter((still) => still.evidence.media_type.startsWith("image/"))
    .sort((a, b) => b.outcome.at_ms - a.outcome.at_ms);
  return stills.find((still) => still.evidence.available) ?? stills[0] ?? null;
}
