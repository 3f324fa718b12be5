// Each system as its stages from left to right; the blamed one says so in words, and when there are several, that it may be here.
import type { Blame, Chain, Stage, VenueAnswer } from "../api/names";
import { Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { verdictClass } from "../state/classes";
import { Mark } from "../state/Mark";
import { Age } from "../time/Age";
import { useWords } from "../words/words";
import { isCertain } from "./blame";

export function Chains({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  return (
    <Panel title={t("chains.title")} now_ms={answer.now_ms} live className="chains" testid="chains">
      {answer.chains.length === 0 ? (
        <Notice title={t("chains.none")} next={t("chains.none.next")} />
      ) : (
        answer.chains.map((chain) => <ChainLine key={chain.id} chain={chain} answer={answer} />)
      )}
      {answer.blame && <BlameLine blame={answer.blame} answer={answer} />}
    </Panel>
  );
}

function ChainLine({ chain, answer }: { chain: Chain; answer: VenueAnswer }) {
  const { t } = useWords();
  return (
    <div className="chain">
      <p className="chain-name">
        <b data-name="">{chain.name}</b>
        <span className="tag">{t(`chains.${chain.role}`)}</span>
        <span className="soft">
          {t("chains.proven")} <Age at={chain.last_proven_ms} missing={t("missing.unproven")} />
        </span>
      </p>
      <ol className="stages">
        {chain.stages.map((stage) => (
          <StageBox
            key={stage.id}
            stage={stage}
            device={deviceName(answer, stage.device ?? null)}
            certain={isCertain(answer.blame, stage.id)}
          />
        ))}
      </ol>
    </div>
  );
}

function deviceName(answer: VenueAnswer, id: string | null): string | null {
  return id === null ? null : (answer.devices.find((d) => d.id === id)?.name ?? id);
}

interface StageProps {
  stage: Stage;
  device: string | null;
  certain: boolean;
}

function StageBox({ stage, device, certain }: StageProps) {
  const { t } = useWords();
  const verdict = stage.verdict ?? null;
  const state = verdict === null ? "none" : verdictClass(verdict);
  return (
    <li
      className={`stage-box is-${state} ${stage.blamed ? "is-blamed" : ""}`}
      data-testid={`stage-${stage.id}`}
      data-blamed={stage.blamed}
    >
      <b data-name="">{stage.name}</b>
      <span className="stage-word">
        {verdict === null ? <span className="soft">— {t("verdict.none")}</span> : <StageState verdict={state} />}
      </span>
      {device !== null && device !== stage.name && (
        <small className="soft" data-name="">
          {device}
        </small>
      )}
      {stage.blamed && (
        <em>
          <span>{t(certain ? "chains.blamed" : "chains.suspected")}</span>
        </em>
      )}
    </li>
  );
}

function StageState({ verdict }: { verdict: "pass" | "degraded" | "fail" | "unknown" | string }) {
  const { t } = useWords();
  const of = verdict as "pass" | "degraded" | "fail" | "unknown";
  return (
    <span className="state">
      <Mark of={of} />
      {t(`class.${of}`)}
    </span>
  );
}

function BlameLine({ blame, answer }: { blame: Blame; answer: VenueAnswer }) {
  const { t } = useWords();
  const stages = new Map(answer.chains.flatMap((c) => c.stages).map((s) => [s.id, s.name]));
  const probes = new Map(answer.outcomes.map((o) => [o.probe, o.name]));
  const name = (id: string) => stages.get(id) ?? id;
  const [before, after] = t("chains.separate", { probe: "\u0000" }).split("\u0000");
  const [against, then] = t("chains.contradict", { probes: "\u0000" }).split("\u0000");
  return (
    <div className="blame" data-testid="blame">
      {blame.explanations.length > 0 && (
        <p>
          <span className="soft">{t("chains.explain")}</span>{" "}
          {blame.explanations.map((set, i) => (
            <span key={set.join(" ")}>
              {i > 0 && <span className="soft"> {t("chains.or")} </span>}
              {set.map((id, j) => (
                <span key={id}>
                  {j > 0 && <span className="soft"> {t("chains.and")} </span>}
                  <b data-name="">{name(id)}</b>
                </span>
              ))}
            </span>
          ))}
        </p>
      )}
      {blame.separating_probe != null && (
        <p>
          {before}
          <span data-name="">{probes.get(blame.separating_probe) ?? blame.separating_probe}</span>
          {after}
        </p>
      )}
      {blame.contradictory.length > 0 && (
        <p className="is-unknown">
          {against}
          <span data-name="">{blame.contradictory.map((p) => probes.get(p) ?? p).join(", ")}</span>
          {then}
        </p>
      )}
    </div>
  );
}
