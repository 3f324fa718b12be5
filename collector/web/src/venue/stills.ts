// Which picture stands for the venue.
import type { EvidenceRef, Outcome, Proof } from "../api/names";

export interface Still {
  /** The probe's name. */
  name: string;
  /** When it was taken, and what was found then. */
  taken: Pick<Proof, "at_ms" | "verdict" | "finding">;
  evidence: EvidenceRef;
}

/** The newest picture, of an older outcome where the newest has none; one that has arrived goes before a newer one that has not. */
export function newestStill(outcomes: readonly Outcome[]): Still | null {
  const stills = outcomes
    .flatMap((outcome) =>
      [outcome, outcome.proof]
        .filter((taken) => taken !== null)
        .flatMap((taken) => taken.evidence.map((evidence) => ({ name: outcome.name, taken, evidence }))),
    )
    .filter((still) => still.evidence.media_type.startsWith("image/"))
    .sort((a, b) => b.taken.at_ms - a.taken.at_ms);
  return stills.find((still) => still.evidence.available) ?? stills[0] ?? null;
}
