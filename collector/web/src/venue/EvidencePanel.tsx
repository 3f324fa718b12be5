// The newest still: small beside the facts, large on a click; a missing one says why.
import { Modal } from "antd";
import { useState } from "react";
import { API } from "../api/fetch";
import type { VenueAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { State } from "../state/Mark";
import { Age } from "../time/Age";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { newestStill, type Still } from "./stills";

export function EvidencePanel({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const still = newestStill(answer.outcomes);
  return (
    <Panel title={t("evidence.title")} now_ms={answer.now_ms} live className="evidence" testid="evidence">
      {still === null ? (
        <p className="soft quiet">{t("evidence.none")}</p>
      ) : !still.evidence.available ? (
        <p className="soft quiet">{t("evidence.absent")}</p>
      ) : (
        <Picture key={still.evidence.hash} still={still} />
      )}
    </Panel>
  );
}

function Picture({ still: { name, taken, evidence } }: { still: Still }) {
  const { t, finding } = useWords();
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  const src = `${API}/evidence/${evidence.hash}`;
  const alt = t("evidence.alt", { name, time: timestamp(taken.at_ms) });
  if (broken) return <p className="soft quiet">{t("evidence.broken")}</p>;
  return (
    <>
      <button
        type="button"
        className="still"
        data-testid="still"
        title={t("evidence.open")}
        onClick={() => setLarge(true)}
      >
        <img src={src} alt={alt} data-name="" onError={() => setBroken(true)} />
      </button>
      <p className="still-foot">
        <State of={taken.verdict} word={t(`verdict.${taken.verdict}`)} />
        {taken.verdict !== "pass" && <span>{finding(taken.finding, taken.verdict).cause}</span>}
        <span className="grow" />
        <Age at={taken.at_ms} />
      </p>
      <Modal
        open={large}
        onCancel={() => setLarge(false)}
        footer={null}
        width="min(1200px, 92vw)"
        centered
        title={
          <span className="num">
            <span data-name="">{name}</span> · {timestamp(taken.at_ms)}
          </span>
        }
      >
        <img className="still-large" data-testid="still-large" src={src} alt={alt} data-name="" />
      </Modal>
    </>
  );
}
