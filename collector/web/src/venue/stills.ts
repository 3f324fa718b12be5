// Which picture stands for the venue.
import type { EvidenceRef, Outcome, Proof } from "../api/names";

export interface Still {
  probe: string;
  /** The probe's name. */
  name: string;
  /** When it was taken, and what was found then. */
  taken: Pick<Proof, "at_ms" | "verdict" | "finding">;
  evidence: EvidenceRef;
}

/** All pictures, one that has arrived before a newer one that has not. */
export function stills(outcomes: readonly Outcome[]): Still[] {
  return outcomes
    .flatMap((outcome) =>
      [outcome, outcome.proof]
        .filter((taken) => taken !== null)
        .flatMap((taken) =>
          taken.evidence.map((evidence) => ({ probe: outcome.probe, name: outcome.name, taken, evidence })),
        ),
    )
    .filter((still) => still.evidence.media_type.startsWith("image/"))
    .sort((a, b) => Number(b.evidence.available) - Number(a.evidence.available) || b.taken.at_ms - a.taken.at_ms);
}

/** The newest picture, of an older outcome where the newest has none. */
export function newestStill(outcomes: readonly Outcome[]): Still | null {
  return stills(outcomes)[0] ?? null;
}
