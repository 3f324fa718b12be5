// A person ends a call: finishes one in which everybody has answered, or breaks one off, which has to say who and why.
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, send } from "../api/fetch";
import type { RollCallItem } from "../api/names";
import { AntdFrame } from "../shell/AntdFrame";
import { useCell } from "../state/cell";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { now, second } from "../time/clock";
import { useWords } from "../words/words";
import { OPERATOR } from "./form";
import { Said } from "./Problem";

const DEADLINE_MS = 15_000;

export function EndCall({ call, look }: { call: RollCallItem; look: () => void }) {
  const { t, n } = useWords();
  const [asking, setAsking] = useState(false);
  const [by, setBy] = useState(() => recall(OPERATOR) ?? "");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const breaks_off = useCell(second, () => call.complete_ms === null && now() <= call.until_ms);
  const incomplete = by.trim() === "" || (breaks_off && reason.trim() === "");
  const end = async () => {
    setProblem(null);
    keep(OPERATOR, by.trim());
    try {
      await send("POST", `/roll-calls/${call.id}/end`, { by: by.trim(), reason: reason.trim() }, DEADLINE_MS);
      setAsking(false);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    look();
  };
  const open = n(call.waiting + call.heard + call.silent);
  return (
    <>
      <button type="button" className="plain" data-testid="call-end" onClick={() => setAsking(true)}>
        {t("call.end")}
      </button>
      <AntdFrame>
        <Modal
          open={asking}
          centered
          title={t(breaks_off ? "call.end.title" : "call.end.title.over")}
          okText={t("call.end.go")}
          cancelText={t("call.end.keep")}
          okButtonProps={{ danger: breaks_off, disabled: incomplete, "data-testid": "end-go" }}
          cancelButtonProps={{ autoInsertSpace: false }}
          confirmLoading={busy}
          onOk={() => run(end)}
          onCancel={() => setAsking(false)}
        >
          <p>
            {t(
              breaks_off
                ? "call.end.what"
                : call.complete_ms === null
                  ? "call.end.what.late"
                  : "call.end.what.complete",
              { n: open },
            )}
          </p>
          <div className="call-hand">
            <label className="call-field">
              <span>{t("call.operator")}</span>
              <input
                value={by}
                maxLength={64}
                placeholder={t("call.operator.hint")}
                data-testid="end-by"
                onChange={(event) => setBy(event.target.value)}
              />
            </label>
            <label className="call-field">
              <span>{t("call.end.reason")}</span>
              <input
                value={reason}
                maxLength={128}
                placeholder={t(breaks_off ? "call.end.reason.hint" : "call.end.reason.optional")}
                data-testid="end-reason"
                onChange={(event) => setReason(event.target.value)}
              />
            </label>
          </div>
          {problem && <Said problem={problem} of="end" />}
        </Modal>
      </AntdFrame>
    </>
  );
}
