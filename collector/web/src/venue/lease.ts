// A held button as leases: what to tell a camera and when. Pure: events and the time in, requests out.
// One request is on its way at a time, so that a stop never arrives before the motion that it ends.

export interface Motion {
  pan: number;
  tilt: number;
  zoom: number;
}

export const STILL: Motion = { pan: 0, tilt: 0, zoom: 0 };
/** So long a camera goes on when it hears nothing more. */
export const LEASE_MS = 400;
/** A held button says so again after this time. */
export const RENEW_MS = 150;
/** The collector takes one motion each 100 ms. */
export const APART_MS = 110;

export interface Lease {
  /** What the person holds. */
  held: Motion;
  /** What was said last, and when. */
  said: Motion;
  at: number;
  /** A request is on its way. */
  busy: boolean;
}

export type Event =
  | { kind: "hold"; motion: Motion }
  | { kind: "release" }
  /** The request came back; `lost`: nobody knows whether it was heard, `dropped`: there is nothing to steer. */
  | { kind: "back"; how: "heard" | "lost" | "dropped" }
  | { kind: "tick" };

export const IDLE: Lease = { held: STILL, said: STILL, at: Number.NEGATIVE_INFINITY, busy: false };

export function same(one: Motion, other: Motion): boolean {
  return one.pan === other.pan && one.tilt === other.tilt && one.zoom === other.zoom;
}

export function isStill(motion: Motion): boolean {
  return same(motion, STILL);
}

/** When `tick` is wanted; null: not before something else happens. */
export function due(lease: Lease): number | null {
  if (lease.busy) return null;
  if (same(lease.held, lease.said)) return isStill(lease.held) ? null : lease.at + RENEW_MS;
  return isStill(lease.held) ? lease.at : lease.at + APART_MS;
}

function heard(lease: Lease, event: Event): Lease {
  switch (event.kind) {
    case "hold":
      return { ...lease, held: event.motion };
    case "release":
      return { ...lease, held: STILL };
    case "back":
      return event.how === "dropped" ? { ...IDLE, at: lease.at } : { ...lease, busy: false };
    case "tick":
      return lease;
  }
}

/** The lease after the event, and what is to be sent now. */
export function step(before: Lease, event: Event, now: number): [Lease, Motion | null] {
  const lease = heard(before, event);
  const at = due(lease);
  if (at === null || now < at) return [lease, null];
  return [{ ...lease, said: lease.held, at: now, busy: true }, lease.held];
}

const KEYS: Record<string, Motion> = {
  ArrowLeft: { pan: -1, tilt: 0, zoom: 0 },
  ArrowRight: { pan: 1, tilt: 0, zoom: 0 },
  ArrowUp: { pan: 0, tilt: 1, zoom: 0 },
  ArrowDown: { pan: 0, tilt: -1, zoom: 0 },
  PageUp: { pan: 0, tilt: 0, zoom: 1 },
  PageDown: { pan: 0, tilt: 0, zoom: -1 },
};

export function isMotionKey(key: string): boolean {
  return key in KEYS;
}

/** All keys together that are down; opposite ones cancel each other. */
export function keysMotion(down: Iterable<string>): Motion {
  return [...down].reduce<Motion>((sum, key) => {
    const more = KEYS[key] ?? STILL;
    return { pan: sum.pan + more.pan, tilt: sum.tilt + more.tilt, zoom: sum.zoom + more.zoom };
  }, STILL);
}

/** A direction at a speed in hundredths. */
export function at(direction: Motion, speed: number): Motion {
  // Never -0: it is written like 0 and is not equal to it everywhere.
  const of = (axis: number) => (axis === 0 ? 0 : axis * speed);
  return { pan: of(direction.pan), tilt: of(direction.tilt), zoom: of(direction.zoom) };
}
