// A preset's reference and the newest still, large and side by side.
import { Modal } from "antd";
import { useState } from "react";
import { API } from "../api/fetch";
import type { Outcome, PresetReference } from "../api/names";
import { State } from "../state/Mark";
import { Age } from "../time/Age";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { shotOf, stillsBeside } from "./presets";
import type { Still } from "./stills";

interface CompareProps {
  reference: PresetReference;
  outcomes: readonly Outcome[];
  close: () => void;
}

export function Compare({ reference, outcomes, close }: CompareProps) {
  const { t } = useWords();
  return (
    <Modal
      open
      centered
      footer={null}
      width="min(1600px, 96vw)"
      onCancel={close}
      title={
        <span className="num">
          <span data-name="">{reference.name}</span> · {t("presets.one", { n: reference.preset })}
        </span>
      }
    >
      <div className="compare" data-testid="compare">
        <Reference reference={reference} />
        <Newest stills={stillsBeside(outcomes, reference.probe)} />
      </div>
      <p className="soft">{t("compare.hint")}</p>
    </Modal>
  );
}

function Reference({ reference }: { reference: PresetReference }) {
  const { t } = useWords();
  const shot = shotOf(reference);
  const { position } = reference;
  return (
    <figure data-testid="compare-reference" data-version={reference.version}>
      <figcaption>
        <b>{t("compare.reference")}</b>
        <span className="num">{t("presets.version", { version: reference.version })}</span>
        <span className="grow" />
        <span className="soft num">{timestamp(reference.at_ms)}</span>
        <Age at={reference.at_ms} />
      </figcaption>
      {shot.at === "here" ? (
        <Picture key={shot.hash} hash={shot.hash} alt={t("compare.reference")} />
      ) : (
        <p className="compare-missing soft">{t(shot.at === "absent" ? "evidence.absent" : "compare.position")}</p>
      )}
      <p className="soft num">
        {position === null
          ? t("compare.nowhere")
          : t("compare.where", { pan: position.pan, tilt: position.tilt, zoom: position.zoom })}
      </p>
    </figure>
  );
}

/** Which picture is the camera's, HQ can only guess where a room has several: a person chooses. */
function Newest({ stills }: { stills: Still[] }) {
  const { t, finding } = useWords();
  const [chosen, setChosen] = useState<string | null>(null);
  const still = stills.find((one) => one.probe === chosen) ?? stills[0];
  if (!still) {
    return (
      <figure>
        <figcaption>
          <b>{t("evidence.title")}</b>
        </figcaption>
        <p className="compare-missing soft">{t("evidence.none")}</p>
      </figure>
    );
  }
  const { name, taken, evidence } = still;
  return (
    <figure data-testid="compare-newest">
      <figcaption>
        <b>{t("evidence.title")}</b>
        {stills.length === 1 ? (
          <span data-name="">{name}</span>
        ) : (
          stills.map((one) => (
            <button
              key={one.probe}
              type="button"
              className="plain"
              aria-pressed={one === still}
              onClick={() => setChosen(one.probe)}
              data-name=""
            >
              {one.name}
            </button>
          ))
        )}
        <span className="grow" />
        <span className="soft num">{timestamp(taken.at_ms)}</span>
        <Age at={taken.at_ms} />
      </figcaption>
      {evidence.available ? (
        <Picture key={evidence.hash} hash={evidence.hash} alt={t("evidence.title")} />
      ) : (
        <p className="compare-missing soft">{t("evidence.absent")}</p>
      )}
      <p>
        <State of={taken.verdict} word={t(`verdict.${taken.verdict}`)} />{" "}
        {taken.verdict !== "pass" && <span>{finding(taken.finding, taken.verdict).cause}</span>}
      </p>
    </figure>
  );
}

function Picture({ hash, alt }: { hash: string; alt: string }) {
  const { t } = useWords();
  const [broken, setBroken] = useState(false);
  if (broken) return <p className="compare-missing soft">{t("evidence.broken")}</p>;
  return <img src={`${API}/evidence/${hash}`} alt={alt} onError={() => setBroken(true)} />;
}
