// The way of a held button to the collector: the lease, a timer and one request at a time.
import { useEffect, useRef, useState } from "react";
import { ApiProblem, post, postEach } from "../api/fetch";
import type { CameraAnswer, CameraOrder, CameraSteer } from "../api/names";
import { due, type Event, IDLE, isStill, LEASE_MS, type Lease, type Motion, STILL, step } from "./lease";
import { answerWithin } from "./presets";

/** A renewal that takes longer helps nobody. */
const STEER_MS = 2_000;
/** Without these there is nothing to steer. */
const HOPELESS = [400, 403, 404, 409];

function statusOf(error: unknown): number {
  return error instanceof ApiProblem ? error.status : 0;
}

export function path(venue: string, probe: string): string {
  return `/venues/${encodeURIComponent(venue)}/cameras/${encodeURIComponent(probe)}`;
}

export function command(of: string, order: CameraOrder): Promise<CameraAnswer> {
  return post<CameraAnswer>(`${of}/command`, order, answerWithin(order));
}

/** Holds the wheel of one camera; leaving the page, the window or the panel lets go. */
export class Wheel {
  private lease: Lease = IDLE;
  private timer: number | undefined;

  constructor(
    private readonly of: string,
    private readonly confirmed: boolean,
    private readonly failed: (error: unknown) => void,
  ) {}

  hold(motion: Motion): void {
    this.take(isStill(motion) ? { kind: "release" } : { kind: "hold", motion });
  }

  release = (): void => this.take({ kind: "release" });

  /** The last word, although the page goes. */
  close(): void {
    window.clearTimeout(this.timer);
    const moves = !isStill(this.lease.said) || this.lease.busy;
    this.lease = IDLE;
    if (moves) this.post(STILL, true).catch(() => undefined);
  }

  private take(event: Event): void {
    window.clearTimeout(this.timer);
    const [lease, motion] = step(this.lease, event, performance.now());
    this.lease = lease;
    if (motion) this.say(motion);
    const at = due(this.lease);
    if (at !== null) {
      this.timer = window.setTimeout(() => this.take({ kind: "tick" }), Math.max(0, at - performance.now()));
    }
  }

  private say(motion: Motion): void {
    this.post(motion, false).then(
      () => this.take({ kind: "back", how: "heard" }),
      (error: unknown) => {
        const status = statusOf(error);
        // Too fast is no failure: the next renewal says the same.
        if (status !== 429) this.failed(error);
        this.take({ kind: "back", how: HOPELESS.includes(status) ? "dropped" : "lost" });
      },
    );
  }

  private post(motion: Motion, last: boolean): Promise<void> {
    const steer: CameraSteer = { motion, lease_ms: LEASE_MS, confirmed: this.confirmed };
    return postEach(`${this.of}/steer`, steer, STEER_MS, last);
  }
}

/** A wheel for as long as the panel shows it. */
export function useWheel(of: string, confirmed: boolean, failed: (error: unknown) => void): Wheel {
  const say = useRef(failed);
  say.current = failed;
  const [wheel] = useState(() => new Wheel(of, confirmed, (error) => say.current(error)));
  useEffect(() => {
    const hidden = () => document.hidden && wheel.release();
    const gone = () => wheel.close();
    window.addEventListener("blur", wheel.release);
    window.addEventListener("pagehide", gone);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      window.removeEventListener("blur", wheel.release);
      window.removeEventListener("pagehide", gone);
      document.removeEventListener("visibilitychange", hidden);
      wheel.close();
    };
  }, [wheel]);
  return wheel;
}
