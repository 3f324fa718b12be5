// The hand at a camera: says what will happen in the room, asks the venue, then a pad that moves while it is held.
import { useRef, useState } from "react";
import type { CameraAnswer, CameraOrder, VenueAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { useWords, type Words } from "../words/words";
import { CameraPad } from "./CameraPad";
import { type InHand, Presets } from "./Presets";
import { isLearn } from "./presets";
import { command, path } from "./wheel";
import "../style/pad.css";

export type Told =
  | { kind: "doing" | "did" | "failed"; what: string; line: string | null }
  | { kind: "problem"; error: unknown }
  | null;

type Stage = { at: "before" | "asking" } | { at: "refused"; why: string | null } | { at: "held"; confirmed: boolean };

export function CameraPanel({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const cameras = answer.outcomes.filter((outcome) => outcome.kind === "camera");
  const [chosen, setChosen] = useState<string | null>(null);
  const camera = cameras.find((one) => one.probe === chosen) ?? cameras[0];
  if (!camera) return null;
  return (
    <Panel
      title={t("pad.title")}
      note={cameras.length === 1 && <span data-name="">{camera.name}</span>}
      className="cameras"
      testid="cameras"
    >
      {cameras.length > 1 && (
        <div className="pad-row" role="group" aria-label={t("pad.camera")}>
          {cameras.map((one) => (
            <button
              key={one.probe}
              type="button"
              className="plain"
              aria-pressed={one === camera}
              onClick={() => setChosen(one.probe)}
              data-name=""
            >
              {one.name}
            </button>
          ))}
        </div>
      )}
      <Hand key={camera.probe} of={path(answer.venue.id, camera.probe)}>
        {(hand) => (
          <Presets probe={camera.probe} references={answer.references} outcomes={answer.outcomes} hand={hand} />
        )}
      </Hand>
    </Panel>
  );
}

function Hand({ of, children }: { of: string; children: (hand: InHand | null) => React.ReactNode }) {
  const words = useWords();
  const { t } = words;
  const [stage, setStage] = useState<Stage>({ at: "before" });
  const [told, setTold] = useState<Told>(null);
  const [learning, setLearning] = useState(false);
  const turn = useRef(0);

  /** Asks, and says what came of it; an answer that comes behind a newer question changes nothing. */
  const ask = async (order: CameraOrder, beside = false): Promise<CameraAnswer | null> => {
    if (!beside) turn.current++;
    const mine = turn.current;
    try {
      const answer = await command(of, order);
      if (mine !== turn.current) return null;
      if (answer.result === "interlocked") {
        setTold(null);
        setStage({ at: "refused", why: answer.detail });
        return null;
      }
      return answer;
    } catch (error) {
      if (mine === turn.current) setTold({ kind: "problem", error });
      return null;
    }
  };

  const take = async (confirmed: boolean) => {
    setStage({ at: "asking" });
    setTold(null);
    const answer = await ask({ command: "wheel", confirmed });
    if (answer?.result === "done") {
      setStage({ at: "held", confirmed });
      return;
    }
    if (answer) setTold({ kind: "failed", what: t("pad.take"), line: answer.detail });
    setStage((now) => (now.at === "asking" ? { at: "before" } : now));
  };

  const leave = () => {
    turn.current++;
    setStage({ at: "before" });
    setTold(null);
  };

  const once = async (what: string, order: CameraOrder) => {
    setTold({ kind: "doing", what, line: null });
    setLearning(isLearn(order));
    const answer = await ask(order);
    setLearning(false);
    if (answer) setTold({ kind: answer.result === "done" ? "did" : "failed", what, line: answer.detail });
  };

  return (
    <div className="hand" data-testid="hand" data-stage={stage.at}>
      {stage.at === "held" ? (
        <CameraPad
          of={of}
          confirmed={stage.confirmed}
          learning={learning}
          once={once}
          check={() => ask({ command: "wheel", confirmed: stage.confirmed }, true)}
          failed={(error) => setTold({ kind: "problem", error })}
          leave={leave}
        />
      ) : (
        <Before stage={stage} take={take} cancel={leave} />
      )}
      <Line told={told} words={words} />
      {children(stage.at === "held" ? { confirmed: stage.confirmed, learning, once } : null)}
    </div>
  );
}

interface BeforeProps {
  stage: Exclude<Stage, { at: "held" }>;
  take: (confirmed: boolean) => void;
  cancel: () => void;
}

function Before({ stage, take, cancel }: BeforeProps) {
  const { t } = useWords();
  if (stage.at === "refused") {
    return (
      <div role="alert">
        <p className="pad-warn">
          <strong>{t("pad.refused", { why: stage.why ?? t("pad.refused.why") })}</strong>
        </p>
        <p className="soft">{t("pad.refused.next")}</p>
        <div className="pad-row">
          <button type="button" className="plain" onClick={cancel}>
            {t("pad.cancel")}
          </button>
          <button type="button" className="plain pad-danger" data-testid="pad-override" onClick={() => take(true)}>
            {t("pad.override")}
          </button>
        </div>
      </div>
    );
  }
  return (
    <>
      <p>{t("pad.before")}</p>
      <div className="pad-row">
        <button
          type="button"
          className="plain"
          data-testid="pad-take"
          disabled={stage.at === "asking"}
          onClick={() => take(false)}
        >
          {t(stage.at === "asking" ? "pad.asking" : "pad.take")}
        </button>
      </div>
    </>
  );
}

function Line({ told, words: { t, refusal } }: { told: Told; words: Words }) {
  let text: string | null = null;
  if (told?.kind === "problem") {
    text = refusal(told.error) ?? t("pad.problem.0");
  } else if (told) {
    text = t(`pad.${told.kind}`, { what: told.what });
  }
  const isBad = told?.kind === "problem" || told?.kind === "failed";
  return (
    <p className={isBad ? "pad-line pad-warn" : "pad-line"} role="status" data-testid="pad-line">
      {text}
      {told && told.kind !== "problem" && told.line && (
        <span className="soft" data-name="">
          {t("pad.said", { line: told.line })}
        </span>
      )}
    </p>
  );
}
