import { describe, expect, test } from "vitest";
import {
  APART_MS,
  at,
  due,
  type Event,
  IDLE,
  isStill,
  keysMotion,
  LEASE_MS,
  type Lease,
  type Motion,
  RENEW_MS,
  STILL,
  step,
} from "../venue/lease";

const LEFT = at(keysMotion(["ArrowLeft"]), 50);
const UP = at(keysMotion(["ArrowUp"]), 50);
const hold = (motion: Motion): Event => ({ kind: "hold", motion });
const release: Event = { kind: "release" };
const tick: Event = { kind: "tick" };
const back: Event = { kind: "back", how: "heard" };

/** What is sent when these events come at these times. */
function sent(events: [number, Event][]): [number, Motion][] {
  let lease: Lease = IDLE;
  const out: [number, Motion][] = [];
  for (const [now, event] of events) {
    const [next, motion] = step(lease, event, now);
    lease = next;
    if (motion) out.push([now, motion]);
  }
  return out;
}

describe("a held button", () => {
  test("is said at once and again before the lease runs out", () => {
    expect(RENEW_MS * 2).toBeLessThan(LEASE_MS);
    expect(
      sent([
        [0, hold(LEFT)],
        [5, back],
        [RENEW_MS - 1, tick],
        [RENEW_MS, tick],
      ]),
    ).toEqual([
      [0, LEFT],
      [RENEW_MS, LEFT],
    ]);
  });

  test("that is let go is a stop at once, and nothing after it", () => {
    expect(
      sent([
        [0, hold(LEFT)],
        [5, back],
        [6, release],
        [7, back],
        [500, tick],
        [501, release],
      ]),
    ).toEqual([
      [0, LEFT],
      [6, STILL],
    ]);
  });

  test("that is let go while a request is on its way stops when that is back, heard or lost", () => {
    for (const how of ["heard", "lost"] as const) {
      expect(
        sent([
          [0, hold(LEFT)],
          [1, release],
          [1000, tick],
          [1001, { kind: "back", how }],
        ]),
      ).toEqual([
        [0, LEFT],
        [1001, STILL],
      ]);
    }
  });

  test("of another direction is said as soon as the collector takes it", () => {
    expect(
      sent([
        [0, hold(LEFT)],
        [5, back],
        [10, hold(UP)],
        [APART_MS - 1, tick],
        [APART_MS, tick],
      ]),
    ).toEqual([
      [0, LEFT],
      [APART_MS, UP],
    ]);
  });

  test("at a camera that is not there says nothing more", () => {
    const dropped: Event = { kind: "back", how: "dropped" };
    expect(
      sent([
        [0, hold(LEFT)],
        [5, dropped],
        [500, tick],
        [501, release],
      ]),
    ).toEqual([[0, LEFT]]);
  });
});

test("whatever happens, who lets go ends still within one answer, and a still lease wants no time", () => {
  const events: Event[] = [hold(LEFT), hold(UP), release, tick, back, { kind: "back", how: "lost" }];
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed;
  };
  for (let round = 0; round < 200; round++) {
    let lease: Lease = IDLE;
    let now = 0;
    let last = STILL;
    const take = (event: Event) => {
      const [next, motion] = step(lease, event, now);
      if (motion && lease.busy) expect(event.kind).toBe("back");
      lease = next;
      if (motion) last = motion;
    };
    for (let n = 0; n < 30; n++) {
      now += random() % 200;
      take(events[random() % events.length] ?? tick);
    }
    take(release);
    take(back);
    take(back);
    expect([isStill(last), due(lease)]).toEqual([true, null]);
  }
});

test("keys add up, and opposite ones cancel each other", () => {
  expect(at(keysMotion(["ArrowLeft", "ArrowUp", "PageUp"]), 30)).toEqual({ pan: -30, tilt: 30, zoom: 30 });
  expect(isStill(at(keysMotion(["ArrowLeft", "ArrowRight", "q"]), 30))).toBe(true);
});
