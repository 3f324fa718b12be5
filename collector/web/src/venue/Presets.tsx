// The presets of a camera: what each is to show, in which version, how old; and, with a hand at the camera, recall and learn.
import { Modal } from "antd";
import { useState } from "react";
import { API } from "../api/fetch";
import type { CameraOrder, Outcome, PresetReference } from "../api/names";
import { Age } from "../time/Age";
import { type Key, useWords } from "../words/words";
import { Compare } from "./Compare";
import { type Preset, presetsOf, shotOf } from "./presets";

/** A hand at the camera. */
export interface InHand {
  confirmed: boolean;
  /** A preset is being learnt: nothing else is asked of the camera until it is. */
  learning: boolean;
  once: (what: string, order: CameraOrder) => void;
}

interface PresetsProps {
  probe: string;
  references: readonly PresetReference[];
  outcomes: readonly Outcome[];
  hand: InHand | null;
}

export function Presets({ probe, references, outcomes, hand }: PresetsProps) {
  const { t } = useWords();
  const [open, setOpen] = useState<number | null>(null);
  const [learn, setLearn] = useState<number | null>(null);
  const presets = presetsOf(references, probe, hand !== null);
  const isNone = presets.every((one) => one.reference === null);
  const shown = presets.find((one) => one.n === open)?.reference ?? null;
  const wanted = presets.find((one) => one.n === learn) ?? null;
  return (
    <section className="presets" aria-label={t("presets.title")} data-testid="presets">
      <h3>{t("presets.title")}</h3>
      {isNone && (
        <p className="soft" data-testid="presets-none">
          {t(hand ? "presets.none.hand" : "presets.none", { probe })}
        </p>
      )}
      <ul>
        {presets.map((preset) => (
          <li
            key={preset.n}
            data-testid={`preset-tile-${preset.n}`}
            data-version={preset.reference?.version ?? ""}
            data-shot={shotOf(preset.reference).at}
          >
            <Shot preset={preset} open={() => setOpen(preset.n)} />
            <p className="preset-what num">
              <b>{preset.n}</b>
              {preset.reference && (
                <span className="soft">{t("presets.version", { version: preset.reference.version })}</span>
              )}
            </p>
            {preset.reference && (
              <p className="soft">
                <Age at={preset.reference.at_ms} />
              </p>
            )}
            {hand && <Acts n={preset.n} hand={hand} learn={() => setLearn(preset.n)} />}
          </li>
        ))}
      </ul>
      {shown && <Compare reference={shown} outcomes={outcomes} close={() => setOpen(null)} />}
      {hand && wanted && (
        <Learn
          preset={wanted}
          confirmed={hand.confirmed}
          cancel={() => setLearn(null)}
          go={() => {
            setLearn(null);
            hand.once(t("learn.what", { n: wanted.n }), { command: { learn: wanted.n }, confirmed: hand.confirmed });
          }}
        />
      )}
    </section>
  );
}

function Shot({ preset: { n, reference }, open }: { preset: Preset; open: () => void }) {
  const { t } = useWords();
  const [broken, setBroken] = useState<string | null>(null);
  const shot = shotOf(reference);
  if (reference === null) return <span className="preset-shot is-empty soft">{t("presets.shot.none")}</span>;
  const isHere = shot.at === "here" && shot.hash !== broken;
  const missing: Key = shot.at === "here" ? "presets.shot.broken" : `presets.shot.${shot.at}`;
  return (
    <button
      type="button"
      className={isHere ? "preset-shot" : "preset-shot is-empty soft"}
      title={t("presets.compare")}
      aria-label={`${t("presets.one", { n })} · ${t("presets.compare")}`}
      data-testid={`compare-${n}`}
      onClick={open}
    >
      {isHere ? (
        <img src={`${API}/evidence/${shot.hash}`} alt="" onError={() => setBroken(shot.hash)} />
      ) : (
        <span>{t(missing)}</span>
      )}
    </button>
  );
}

function Acts({ n, hand, learn }: { n: number; hand: InHand; learn: () => void }) {
  const { t } = useWords();
  const what = t("pad.preset", { n });
  return (
    <p className="preset-acts">
      <button
        type="button"
        className="plain"
        title={what}
        aria-label={what}
        data-testid={`preset-${n}`}
        disabled={hand.learning}
        onClick={() => hand.once(what, { command: { recall: n }, confirmed: hand.confirmed })}
      >
        {t("presets.recall")}
      </button>
      <button
        type="button"
        className="plain"
        title={t("learn.what", { n })}
        aria-label={t("learn.what", { n })}
        data-testid={`learn-${n}`}
        disabled={hand.learning}
        onClick={learn}
      >
        {t("presets.learn")}
      </button>
    </p>
  );
}

interface LearnProps {
  preset: Preset;
  confirmed: boolean;
  cancel: () => void;
  go: () => void;
}

/** Says what will happen in the room and what of the old reference remains: nothing. */
function Learn({ preset: { n, reference }, confirmed, cancel, go }: LearnProps) {
  const { t } = useWords();
  return (
    <Modal
      open
      centered
      width={520}
      title={t("learn.title", { n })}
      okText={t("learn.go", { n })}
      cancelText={t("pad.cancel")}
      okButtonProps={{ "data-testid": "learn-go" }}
      cancelButtonProps={{ autoInsertSpace: false }}
      onOk={go}
      onCancel={cancel}
    >
      <div className="learn" data-testid="learn">
        <p>{t("learn.happens", { n })}</p>
        <p>{t("learn.means")}</p>
        <p>
          {reference === null ? (
            t("learn.first")
          ) : (
            <>
              {t("learn.replaces", { version: reference.version })} <Age at={reference.at_ms} />
            </>
          )}
        </p>
        <p className="soft">{t("learn.before")}</p>
        {confirmed && <p className="pad-warn">{t("pad.overridden")}</p>}
      </div>
    </Modal>
  );
}
