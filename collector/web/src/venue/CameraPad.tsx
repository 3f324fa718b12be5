// The pad itself: eight directions, zoom and home. What is held moves; letting go, in whatever way, stops.
import { useEffect, useRef, useState } from "react";
import type { CameraOrder } from "../api/names";
import { type Key, useWords } from "../words/words";
import { at, isMotionKey, keysMotion, type Motion } from "./lease";
import { useWheel } from "./wheel";

/** A meeting may have begun since: with the first press after so long the venue is asked again. */
const CHECK_AGAIN_MS = 10_000;
const SPEEDS = { slow: 20, medium: 50, fast: 100 } as const;
type Speed = keyof typeof SPEEDS;

const DIRECTIONS: readonly [Key, string, Motion | null][] = [
  ["pad.up-left", "↖", { pan: -1, tilt: 1, zoom: 0 }],
  ["pad.up", "↑", { pan: 0, tilt: 1, zoom: 0 }],
  ["pad.up-right", "↗", { pan: 1, tilt: 1, zoom: 0 }],
  ["pad.left", "←", { pan: -1, tilt: 0, zoom: 0 }],
  ["pad.stop", "■", null],
  ["pad.right", "→", { pan: 1, tilt: 0, zoom: 0 }],
  ["pad.down-left", "↙", { pan: -1, tilt: -1, zoom: 0 }],
  ["pad.down", "↓", { pan: 0, tilt: -1, zoom: 0 }],
  ["pad.down-right", "↘", { pan: 1, tilt: -1, zoom: 0 }],
];
const ZOOMS: readonly [Key, string, Motion][] = [
  ["pad.tele", "＋", { pan: 0, tilt: 0, zoom: 1 }],
  ["pad.wide", "－", { pan: 0, tilt: 0, zoom: -1 }],
];

interface PadProps {
  of: string;
  confirmed: boolean;
  /** A preset is being learnt: a turn would spoil its picture. A stop is always taken. */
  learning: boolean;
  once: (what: string, order: CameraOrder) => void;
  /** Asks the venue whether it still may move. */
  check: () => void;
  failed: (error: unknown) => void;
  leave: () => void;
}

export function CameraPad({ of, confirmed, learning, once, check, failed, leave }: PadProps) {
  const { t } = useWords();
  const [speed, setSpeed] = useState<Speed>("medium");
  const wheel = useWheel(of, confirmed, failed);
  const down = useRef(new Set<string>());
  const asked_at = useRef(performance.now());
  const board = useRef<HTMLDivElement>(null);
  // Who has just taken control may use the arrows at once.
  useEffect(() => board.current?.focus(), []);

  const press = (direction: Motion) => {
    if (learning) return;
    wheel.hold(at(direction, SPEEDS[speed]));
    const now = performance.now();
    if (now - asked_at.current > CHECK_AGAIN_MS) check();
    asked_at.current = now;
  };
  const letGo = () => {
    down.current.clear();
    wheel.release();
  };
  const key = (event: React.KeyboardEvent, isDown: boolean) => {
    if (!isMotionKey(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.repeat) return;
    if (isDown) down.current.add(event.key);
    else down.current.delete(event.key);
    const direction = keysMotion(down.current);
    if (isDown) press(direction);
    else if (!learning) wheel.hold(at(direction, SPEEDS[speed]));
  };
  const holds = (direction: Motion | null) => ({
    onPointerDown: (event: React.PointerEvent<HTMLButtonElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      if (direction) press(direction);
      else letGo();
    },
    onPointerUp: letGo,
    onPointerCancel: letGo,
    onLostPointerCapture: letGo,
    onContextMenu: (event: React.MouseEvent) => event.preventDefault(),
    // A button that is reached by Tab moves while Space or Enter is held.
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (event.repeat) return;
      if (direction) press(direction);
      else letGo();
    },
    onKeyUp: (event: React.KeyboardEvent) => {
      if (event.key === " " || event.key === "Enter") letGo();
    },
  });
  const button = ([label, sign, direction]: readonly [Key, string, Motion | null]) => (
    <button
      key={label}
      type="button"
      className="plain pad-key"
      title={t(label)}
      aria-label={t(label)}
      data-testid={label}
      disabled={learning && direction !== null}
      {...holds(direction)}
    >
      {sign}
    </button>
  );

  return (
    <div
      ref={board}
      className="pad"
      data-testid="pad"
      role="group"
      aria-label={t("pad.title")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows steer while the pad has the focus
      tabIndex={0}
      onKeyDown={(event) => key(event, true)}
      onKeyUp={(event) => key(event, false)}
      onBlur={(event) => {
        // A press takes the focus from one button to the next: that lets nothing go.
        if (!event.currentTarget.contains(event.relatedTarget)) letGo();
      }}
    >
      {learning ? (
        <p role="status">
          <strong>{t("learn.doing")}</strong>
        </p>
      ) : (
        <p className={confirmed ? "pad-warn" : "soft"}>{t(confirmed ? "pad.overridden" : "pad.held")}</p>
      )}
      <div className="pad-board">
        <div className="pad-keys">{DIRECTIONS.map(button)}</div>
        <div className="pad-side">
          <span className="soft">{t("pad.zoom")}</span>
          {ZOOMS.map(button)}
        </div>
        <div className="pad-side" role="group" aria-label={t("pad.speed")}>
          <span className="soft">{t("pad.speed")}</span>
          {(Object.keys(SPEEDS) as Speed[]).map((one) => (
            <button
              key={one}
              type="button"
              className="plain"
              aria-pressed={one === speed}
              onClick={() => setSpeed(one)}
            >
              {t(`pad.speed.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <div className="pad-row">
        <button
          type="button"
          className="plain"
          data-testid="pad-home"
          disabled={learning}
          onClick={() => once(t("pad.home"), { command: "home", confirmed })}
        >
          {t("pad.home")}
        </button>
        <span className="grow" />
        <button type="button" className="plain" data-testid="pad-leave" onClick={leave}>
          {t("pad.leave")}
        </button>
      </div>
      <p className="soft pad-hint">{t("pad.keys")}</p>
    </div>
  );
}
