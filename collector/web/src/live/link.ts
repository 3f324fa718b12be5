// Whether what is on screen is alive. Pure: the stream and the health poll are told as facts with their times.

/** No word from the stream for so long, and the collector is asked. */
export const QUIET_MS = 15_000;

export interface Link {
  phase: "connecting" | "live" | "lost";
  /** Our clock: when the stream last spoke. */
  spoke_at: number;
  /** The collector's clock: up to when the screen is known to be true. */
  true_until_ms: number | null;
  revision: number;
}

export const START: Link = { phase: "connecting", spoke_at: 0, true_until_ms: null, revision: 0 };

export function onEvent(link: Link, event: { revision: number; now_ms: number }, at: number): Link {
  return {
    phase: "live",
    spoke_at: at,
    true_until_ms: Math.max(link.true_until_ms ?? 0, event.now_ms),
    revision: event.revision,
  };
}

export function onBroken(link: Link): Link {
  return link.phase === "lost" ? link : { ...link, phase: "lost" };
}

/** A healthy collector with nothing newer than the stream told confirms a quiet stream. */
export function onHealth(link: Link, health: { revision: number; now_ms: number }): Link {
  if (link.phase !== "live" || health.revision > link.revision) return link;
  return { ...link, true_until_ms: Math.max(link.true_until_ms ?? 0, health.now_ms) };
}

/** Quiet for too long while the collector moved on, or never answered: open the stream anew. */
export function isQuiet(link: Link, at: number): boolean {
  return at - link.spoke_at > QUIET_MS;
}
