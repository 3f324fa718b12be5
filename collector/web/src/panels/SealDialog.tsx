// A report is signed off: by whom, why it is corrected, and its editions as files.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { Edition } from "../api/names";
import { client, editionsQuery } from "../api/queries";
import { OPERATOR } from "../roll_call/form";
import { AntdFrame } from "../shell/AntdFrame";
import { keep, recall } from "../state/kept";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { Editions } from "./Editions";
import { SignFields } from "./SignFields";

const DEADLINE_MS = 60_000;

interface SealProps {
  title: string;
  /** Where it is signed off, and where its editions are listed. */
  sign: string;
  editions: string;
  /** Why it cannot be signed off yet; null: it can. */
  open: string | null;
  /** What is not done yet, to be agreed to; null: nothing. */
  unfinished?: string | null;
  close: () => void;
  done?: () => void;
}

export function SealDialog({ title, sign: path, editions, open, unfinished = null, close, done }: SealProps) {
  const { t, refusal } = useWords();
  const { data } = useQuery(editionsQuery(editions));
  const [by, setBy] = useState(() => recall(OPERATOR) ?? "");
  const [reason, setReason] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const [newest] = data?.items ?? [];
  const signed = newest !== undefined;
  const sign = async () => {
    setBusy(true);
    setProblem(null);
    keep(OPERATOR, by.trim());
    try {
      const body = { by: by.trim(), reason: signed ? reason.trim() : null };
      await post<Edition>(path, unfinished === null ? body : { ...body, unfinished: true }, DEADLINE_MS);
      setReason("");
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    setBusy(false);
    void client.invalidateQueries({ queryKey: editionsQuery(editions).queryKey });
    done?.();
  };
  return (
    <AntdFrame>
      <Modal open centered width={720} title={title} footer={null} onCancel={close}>
        <div className="call-record call-hand" data-testid="seal" data-edition={newest?.edition ?? 0}>
          <p className="soft">{t("call.record.what")}</p>
          <p className="call-said" data-name={newest ? "" : undefined}>
            {newest
              ? t("call.record.signed", {
                  n: newest.edition,
                  by: newest.by,
                  time: timestamp(newest.at_ms).slice(0, 16),
                })
              : (open ?? t("call.record.unsigned"))}
          </p>
          <SignFields name="seal" by={by} setBy={setBy} signed={signed} reason={reason} setReason={setReason} />
          {unfinished !== null && (
            <label className="call-tick">
              <input
                type="checkbox"
                checked={agreed}
                data-testid="seal-unfinished"
                onChange={(event) => setAgreed(event.target.checked)}
              />
              <span>{unfinished}</span>
            </label>
          )}
          {problem && (
            <p className="call-problem" role="alert">
              {refusal(problem) ?? t("call.record.failed")}
            </p>
          )}
          <div className="inbound-hand">
            <button
              type="button"
              className="plain is-first"
              disabled={
                busy ||
                !data ||
                open !== null ||
                by.trim() === "" ||
                (signed && reason.trim() === "") ||
                (unfinished !== null && !agreed)
              }
              data-testid="seal-go"
              onClick={() => void sign()}
            >
              {t(signed ? "call.record.again" : "call.record.sign")}
            </button>
          </div>
          {signed && <Editions path={editions} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
