// A response is raised, lowered, moved or ended by a person, with a word why.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { Adjustment, AssuranceResponse } from "../api/names";
import { client } from "../api/queries";
import { Said } from "../inspections/Said";
import { chinaTime } from "../obligations/board";
import { OPERATOR } from "../roll_call/form";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { MomentField } from "../time/TimeField";
import { useWords } from "../words/words";
import { LEVELS } from "./assurance";
import { Roman } from "./Badge";
import { Where } from "./StartResponse";

const DEADLINE_MS = 15_000;

interface AdjustProps {
  one: AssuranceResponse;
  act: "adjust" | "end";
  close: () => void;
}

export function Adjust({ one, act, close }: AdjustProps) {
  const { t } = useWords();
  const [level, setLevel] = useState(one.level);
  const [places, setPlaces] = useState(one.places);
  const [freeze, setFreeze] = useState(one.freeze);
  const [until, setUntil] = useState(() =>
    one.to_ms === null ? "" : timestamp(one.to_ms).slice(0, 16).replace(" ", "T"),
  );
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const timed = until === "" || chinaTime(until) !== null;
  const ready = person.trim() !== "" && places.length > 0 && timed && (act === "end" || note.trim() !== "");
  const go = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    const said = { person: person.trim(), note: note.trim() };
    const to_ms = chinaTime(until);
    const end = to_ms === null ? { open_end: true } : { open_end: false, to_ms };
    const wanted: Adjustment = { level, places, freeze, ...end, ...said };
    const body = act === "end" ? said : wanted;
    try {
      await post<AssuranceResponse>(`/assurance/${one.id}/${act}`, body, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["assurance"] });
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  return (
    <AntdFrame>
      <Modal
        open
        centered
        width={620}
        title={
          <span data-name="">{t(act === "end" ? "assure.end.title" : "assure.adjust.title", { name: one.title })}</span>
        }
        okText={t(act === "end" ? "assure.end" : "assure.adjust")}
        cancelText={t("pad.cancel")}
        okButtonProps={{ disabled: !ready, danger: act === "end", "data-testid": "adjust-go" }}
        cancelButtonProps={{ autoInsertSpace: false }}
        confirmLoading={busy}
        onOk={() => run(go)}
        onCancel={close}
      >
        <div className="response-form" data-testid="adjust-form">
          {act === "end" ? (
            <p>{t("assure.end.what")}</p>
          ) : (
            <>
              <div className="chips" role="group" aria-label={t("assure.level")}>
                {LEVELS.map((other) => (
                  <button
                    key={other}
                    type="button"
                    className="plain response-level"
                    aria-pressed={level === other}
                    data-testid={`to-${other}`}
                    onClick={() => setLevel(other)}
                  >
                    <Roman of={other} /> {t(`assure.level.${other}`)}
                  </button>
                ))}
              </div>
              <Where places={places} set={setPlaces} />
              <div className="call-field">
                <span>{t("assure.field.until")}</span>
                <MomentField value={until} label={t("assure.field.until")} set={setUntil} />
              </div>
              <label className="plan-loud">
                <input type="checkbox" checked={freeze} onChange={(event) => setFreeze(event.target.checked)} />
                <span>
                  <b>{t("assure.freeze")}</b>
                  <small className="soft">{t("assure.freeze.what")}</small>
                </span>
              </label>
            </>
          )}
          <label className="call-field">
            <span>{t("assure.field.person")}</span>
            <input
              value={person}
              maxLength={64}
              data-testid="adjust-person"
              onChange={(event) => setPerson(event.target.value)}
            />
          </label>
          <label className="call-field">
            <span>{t(act === "end" ? "inspect.note" : "rectify.reason")}</span>
            <input
              value={note}
              maxLength={500}
              data-testid="adjust-note"
              onChange={(event) => setNote(event.target.value)}
            />
          </label>
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
