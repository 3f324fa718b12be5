// What is checked, in two columns: what the room needs, and what stands in for it. Each with its time, and what a person may say of it.
import { useEffect, useState } from "react";
import { seconds } from "../roll_call/countdown";
import { OPERATOR } from "../roll_call/form";
import { recall } from "../state/kept";
import { State } from "../state/Mark";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import type { InboundAnswer, InboundItem, InboundStep, Say } from "./shapes";
import { columnsOf, isOpen, STEP_MARK, shareOf } from "./told";

const TICK_MS = 200;

export function Steps({ answer, say }: { answer: InboundAnswer; say: Say }) {
  const { t } = useWords();
  const { call } = answer;
  const { main, backup } = columnsOf(answer.steps);
  const running = isOpen(call) && answer.steps.some(({ state }) => state === "running");
  const [, tick] = useState(0);
  useEffect(() => {
    if (!running) return undefined;
    const timer = window.setInterval(() => tick((was) => was + 1), TICK_MS);
    return () => window.clearInterval(timer);
  }, [running]);
  return (
    <div className="inbound-columns" data-testid="inbound-steps">
      {([main, backup] as const).map((steps, place) => {
        const of = place === 0 ? "main" : "backup";
        return (
          <section key={of}>
            <h3>{t(`inbound.column.${of}`)}</h3>
            {steps.length === 0 && <p className="soft">{t(`inbound.column.${of}.none`)}</p>}
            {steps.map((step) => (
              <Step key={step.step} step={step} call={call} say={say} />
            ))}
          </section>
        );
      })}
    </div>
  );
}

function Step({ step, call, say }: { step: InboundStep; call: InboundItem; say: Say }) {
  const { t } = useWords();
  const mark = STEP_MARK[step.state];
  const word = t(`inbound.step.${step.state}`);
  return (
    <article className="inbound-step" data-testid={`step-${step.step}`} data-step={step.state}>
      <header>
        <b>{step.need === null ? t("inbound.need.other") : t(`inbound.need.${step.need}`)}</b>
        <span className="soft" data-name="">
          {step.name}
        </span>
        <span className="grow" />
        {mark === null ? <span className="soft">{word}</span> : <State of={mark} word={word} />}
      </header>
      <Bar share={shareOf(step, call, now())} state={step.state} />
      <p className="num soft">
        <Times step={step} call={call} />
      </p>
      <Found step={step} />
      <Earlier step={step} />
      {isOpen(call) && <Hand step={step} say={say} />}
    </article>
  );
}

function Bar({ share, state }: { share: number; state: InboundStep["state"] }) {
  return (
    <span className="inbound-bar" aria-hidden="true">
      <i data-step={state} style={{ width: `${share * 100}%` }} />
    </span>
  );
}

function Times({ step, call }: { step: InboundStep; call: InboundItem }) {
  const { t } = useWords();
  const about = t("inbound.step.about", { s: seconds(step.about_ms) });
  if (step.state === "waiting") return <>{about}</>;
  if (step.state === "running" && step.began_ms !== null) {
    const passed = Math.max(0, now() - call.received_ms - step.began_ms);
    return (
      <>
        {t("inbound.step.for", { s: seconds(isOpen(call) ? passed : 0) })} · {about}
      </>
    );
  }
  const at = step.ended_ms === null ? null : t("inbound.step.at", { s: seconds(step.ended_ms) });
  const took = step.took_ms === null ? null : t("inbound.step.took", { s: seconds(step.took_ms) });
  return <>{[at, took].filter(Boolean).join(" · ")}</>;
}

/** What it had come to before it was looked at again, the newest first. */
function Earlier({ step: { earlier = [], step } }: { step: InboundStep }) {
  const { t } = useWords();
  if (earlier.length === 0) return null;
  return (
    <ul className="inbound-earlier" data-testid={`earlier-${step}`}>
      {[...earlier].reverse().map((one, nth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what is in the past keeps its place from its end.
        <li key={earlier.length - nth} className="soft">
          <b>{t("inbound.earlier", { s: seconds(one.ended_ms ?? 0), what: t(`inbound.step.${one.state}`) })}</b>
          <Found step={one} />
        </li>
      ))}
    </ul>
  );
}

/** What was found, or who says so. */
function Found({ step }: { step: Pick<InboundStep, "state" | "person" | "unasked" | "finding" | "why" | "detail"> }) {
  const { t, finding, why } = useWords();
  const mark = STEP_MARK[step.state] ?? "unknown";
  if (step.person !== null) {
    return (
      <p>
        {t("inbound.step.person")} <span data-name="">{step.person}</span>
      </p>
    );
  }
  if (step.unasked !== null) return <p>{t(`inbound.box.${step.unasked}`)}</p>;
  if (step.finding !== null) return <p>{finding(step.finding, mark).cause}</p>;
  if (step.why === null) return null;
  return (
    <p>
      {step.why === "interlocked" ? t("inbound.step.interlocked") : why(step.why)}
      {step.detail && (
        <span className="soft" data-name="">
          {" "}
          {step.detail}
        </span>
      )}
    </p>
  );
}

function Hand({ step, say }: { step: InboundStep; say: Say }) {
  const { t } = useWords();
  const person = (recall(OPERATOR) ?? "").trim() || t("inbound.somebody");
  const by_hand = (works: boolean) => say({ word: "step", step: step.step, works, person });
  return (
    <div className="inbound-hand">
      {step.state !== "works" && (
        <button type="button" className="plain" data-testid={`works-${step.step}`} onClick={() => by_hand(true)}>
          {t("inbound.hand.works")}
        </button>
      )}
      {step.state !== "broken" && (
        <button type="button" className="plain" data-testid={`broken-${step.step}`} onClick={() => by_hand(false)}>
          {t("inbound.hand.broken")}
        </button>
      )}
      {step.state !== "running" && step.state !== "waiting" && (
        <button
          type="button"
          className="plain"
          data-testid={`again-${step.step}`}
          onClick={() => say({ word: "again", step: step.step })}
        >
          {t("inbound.hand.again")}
        </button>
      )}
    </div>
  );
}
