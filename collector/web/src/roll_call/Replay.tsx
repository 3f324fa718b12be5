// A record over its own time: the slider says when, the wall shows how it stood.
import { useEffect, useState } from "react";
import { useWords } from "../words/words";
import { minutes } from "./countdown";
import { placeAt, timeAt } from "./replay";

/** A replay takes so long, however long the call was. */
const SHOWN_MS = 20_000;
const STEPS = 1_000;

interface ReplayProps {
  length_ms: number;
  /** Null: as the record ends. */
  at_ms: number | null;
  set: (at_ms: number | null) => void;
}

export function Replay({ length_ms, at_ms, set }: ReplayProps) {
  const { t } = useWords();
  const [playing, setPlaying] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it plays from where it stood when it began
  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    let began: { at: number; from: number } | null = null;
    const step = (now: number) => {
      began ??= { at: now, from: at_ms === null ? 0 : placeAt(at_ms, length_ms) };
      const place = began.from + (now - began.at) / SHOWN_MS;
      if (place >= 1) {
        set(null);
        setPlaying(false);
        return;
      }
      set(timeAt(place, length_ms));
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing, length_ms, set]);
  const at = at_ms ?? length_ms;
  return (
    <div className="call-replay" data-testid="call-replay">
      <b>{t("call.replay")}</b>
      <button type="button" className="plain" data-testid="replay-play" onClick={() => setPlaying(!playing)}>
        {t(playing ? "call.replay.pause" : "call.replay.play")}
      </button>
      <input
        type="range"
        min={0}
        max={STEPS}
        value={Math.round(placeAt(at, length_ms) * STEPS)}
        aria-label={t("call.replay.slider")}
        aria-valuetext={t("call.replay.at", { time: minutes(at) })}
        data-testid="replay-at"
        onChange={(event) => {
          setPlaying(false);
          const wanted = Number(event.target.value);
          set(wanted >= STEPS ? null : timeAt(wanted / STEPS, length_ms));
        }}
      />
      <span className="num">{t("call.replay.at", { time: minutes(at) })}</span>
      <span className="num soft">{t("call.replay.of", { time: minutes(length_ms) })}</span>
      <button type="button" className="plain" disabled={at_ms === null} onClick={() => set(null)}>
        {t("call.replay.end")}
      </button>
    </div>
  );
}
