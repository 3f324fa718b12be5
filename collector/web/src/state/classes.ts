// The six classes of a venue, worst first, and what follows from the order.
import type { Class, Counts, VenueRow, Verdict } from "../api/names";

/** Worst first; every list, bar and legend keeps this order. */
export const CLASSES: readonly Class[] = ["silent", "fail", "stale", "unknown", "degraded", "pass"];

export const PROBLEM_CLASSES: readonly Class[] = CLASSES.filter((c) => c !== "pass");

/** Where a venue stands: in a class, or outside of the sum. */
export type Standing = Class | "never" | "excluded";

/** An excluded venue says why; one without a class and a reason was never heard of. */
export function standing(venue: Pick<VenueRow, "class" | "why">): Standing {
  return venue.class ?? (venue.why === null ? "never" : "excluded");
}

export function severity(c: Class): number {
  return CLASSES.indexOf(c);
}

/** The classes, then those outside of the sum: the order and the words of the collector's filter. */
export const STANDINGS: readonly Standing[] = [...CLASSES, "never", "excluded"];

export function isStanding(text: string): text is Standing {
  return (STANDINGS as readonly string[]).includes(text);
}

export function problems(counts: Counts): number {
  return counts.venues - counts.pass;
}

/** The worst class that occurs, or null where there is no venue. */
export function worst(counts: Counts): Class | null {
  return CLASSES.find((c) => counts[c] > 0) ?? null;
}

export interface Tint {
  class: Class;
  /** 0…1, how strongly the region is painted. */
  depth: number;
}

/**
 * A region's paint: the worst class that makes up at least a tenth of the region's problems, as deep as the share of
 * venues with a problem. A single silent venue must not repaint a city in which five hundred are faulty.
 */
export function tint(counts: Counts): Tint | null {
  if (counts.venues === 0) return null;
  const bad = problems(counts);
  if (bad === 0) return { class: "pass", depth: 0.3 };
  const weighty = PROBLEM_CLASSES.find((c) => counts[c] * 10 >= bad && counts[c] > 0) ?? "unknown";
  return { class: weighty, depth: Math.min(0.92, 0.16 + 0.76 * Math.sqrt(bad / counts.venues)) };
}

/** Never rounds up: 100 only when every venue passes. */
export function readyPercent(counts: Counts): number | null {
  if (counts.venues === 0) return null;
  return Math.floor((counts.pass / counts.venues) * 1000) / 10;
}

/** What the parent has beyond its children: the venues of the place's own level. */
export function remainder(total: Counts, parts: readonly Counts[]): Counts {
  const rest = { ...total };
  for (const part of parts) {
    for (const key of Object.keys(rest) as (keyof Counts)[]) rest[key] -= part[key];
  }
  return rest;
}

export function verdictClass(verdict: Verdict): Class {
  return verdict;
}
