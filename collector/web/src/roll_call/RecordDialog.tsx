// The record of a call: what HQ says of it, who signs it off, its editions as files, and whether they are what was signed.

import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post, put } from "../api/fetch";
import type { RollCallItem } from "../api/names";
import { client } from "../api/queries";
import { Editions } from "../panels/Editions";
import { SignFields } from "../panels/SignFields";
import { AntdFrame } from "../shell/AntdFrame";
import { recall } from "../state/kept";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { CALL_KINDS, OPERATOR } from "./form";

const DEADLINE_MS = 60_000;

interface RecordProps {
  call: RollCallItem;
  close: () => void;
  done: () => void;
}

export function RecordDialog({ call, close, done }: RecordProps) {
  const { t, refusal } = useWords();
  const [notice, setNotice] = useState(call.notice ?? "");
  const [kind, setKind] = useState(call.kind ?? "spot-check");
  const [by, setBy] = useState(() => recall(OPERATOR) ?? "");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const signed = (call.edition ?? 0) > 0;
  const ended = call.ended_ms !== null;
  const act = async (what: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await what();
      setReason("");
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    setBusy(false);
    void client.invalidateQueries({ queryKey: ["roll-calls"] });
    done();
  };
  const said = { notice: notice.trim(), kind, by: by.trim() };
  const save = () => act(() => put(`/roll-calls/${call.id}/notice`, said, DEADLINE_MS));
  const sign = () =>
    act(() => post(`/roll-calls/${call.id}/sign`, { ...said, ...(signed && { reason: reason.trim() }) }, DEADLINE_MS));
  const nobody = by.trim() === "" || busy;
  return (
    <AntdFrame>
      <Modal open centered width={720} title={t("call.record")} footer={null} onCancel={close}>
        <div className="call-record call-hand" data-testid="call-record" data-edition={call.edition ?? 0}>
          <p className="soft">{t("call.record.what")}</p>
          <p className="call-said" data-name={signed ? "" : undefined}>
            {signed
              ? t("call.record.signed", {
                  n: call.edition ?? 0,
                  by: call.signed_by ?? "",
                  time: timestamp(call.signed_ms ?? 0).slice(0, 16),
                })
              : t(ended ? "call.record.unsigned" : "call.record.open")}
          </p>
          <fieldset className="switch" aria-label={t("call.kind")}>
            {CALL_KINDS.map((one) => (
              <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
                {t(`call.kind.${one}`)}
              </button>
            ))}
          </fieldset>
          <label className="call-notice">
            <span>{t("call.record.notice")}</span>
            <textarea
              value={notice}
              rows={4}
              maxLength={1000}
              placeholder={t("call.record.notice.hint")}
              data-testid="record-notice"
              onChange={(event) => setNotice(event.target.value)}
            />
          </label>
          <SignFields name="record" by={by} setBy={setBy} signed={signed} reason={reason} setReason={setReason} />
          {problem && (
            <p className="call-problem" role="alert">
              {refusal(problem) ?? t("call.record.failed")}
            </p>
          )}
          <div className="inbound-hand">
            {!signed && (
              <button
                type="button"
                className="plain"
                disabled={nobody}
                data-testid="record-save"
                onClick={() => void save()}
              >
                {t("call.record.save")}
              </button>
            )}
            <button
              type="button"
              className="plain is-first"
              disabled={nobody || !ended || (signed && reason.trim() === "")}
              data-testid="record-sign"
              onClick={() => void sign()}
            >
              {t(signed ? "call.record.again" : "call.record.sign")}
            </button>
          </div>
          {signed && <Editions path={`/roll-calls/${call.id}/editions`} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
