// The report of an inspection is signed off: by whom, why it is corrected, and its editions as files.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { Edition, RunItem } from "../api/names";
import { client } from "../api/queries";
import { Editions } from "../panels/Editions";
import { OPERATOR } from "../roll_call/form";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { isOpen } from "./run";

const DEADLINE_MS = 60_000;

export function SealDialog({ run, close }: { run: RunItem; close: () => void }) {
  const { t } = useWords();
  const [by, setBy] = useState(() => recall(OPERATOR) ?? "");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const signed = run.edition > 0;
  const open = isOpen(run);
  const path = `/inspections/runs/${run.id}`;
  const sign = async () => {
    setBusy(true);
    setProblem(null);
    keep(OPERATOR, by.trim());
    try {
      await post<Edition>(`${path}/sign`, { by: by.trim(), reason: signed ? reason.trim() : null }, DEADLINE_MS);
      setReason("");
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    setBusy(false);
    void client.invalidateQueries({ queryKey: ["inspections"] });
    void client.invalidateQueries({ queryKey: ["editions"] });
  };
  const conflict = problem instanceof ApiProblem && problem.status === 409;
  return (
    <AntdFrame>
      <Modal open centered width={720} title={t("inspect.seal.title")} footer={null} onCancel={close}>
        <div className="call-record call-hand" data-testid="run-seal" data-edition={run.edition}>
          <p className="soft">{t("call.record.what")}</p>
          <p className="call-said">
            {open
              ? t("inspect.seal.open")
              : signed
                ? t("call.record.signed", {
                    n: run.edition,
                    by: run.signed_by ?? "",
                    time: timestamp(run.signed_ms ?? 0).slice(0, 16),
                  })
                : t("call.record.unsigned")}
          </p>
          <label className="call-field">
            <span>{t("call.record.by")}</span>
            <input value={by} maxLength={64} data-testid="seal-by" onChange={(event) => setBy(event.target.value)} />
          </label>
          {signed && (
            <label className="call-field">
              <span>{t("call.record.reason")}</span>
              <input
                value={reason}
                maxLength={128}
                data-testid="seal-reason"
                onChange={(event) => setReason(event.target.value)}
              />
            </label>
          )}
          {problem && (
            <p className="call-problem" role="alert">
              {t(conflict ? "inspect.seal.failed.409" : "call.record.failed")}{" "}
              <small data-name="">{problem.message}</small>
            </p>
          )}
          <div className="inbound-hand">
            <button
              type="button"
              className="plain is-first"
              disabled={busy || open || by.trim() === "" || (signed && reason.trim() === "")}
              data-testid="seal-go"
              onClick={() => void sign()}
            >
              {t(signed ? "call.record.again" : "call.record.sign")}
            </button>
          </div>
          {signed && <Editions path={`${path}/editions`} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
