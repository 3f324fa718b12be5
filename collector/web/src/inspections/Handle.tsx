// What an item of a record leads to: its evidence, looked at, and a matter that has to be put right.
import { Modal } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { RecordItem, RunRecord } from "../api/names";
import { NewMatter } from "../rectification/NewMatter";
import { AntdFrame } from "../shell/AntdFrame";
import { useWords } from "../words/words";
import { EvidenceShown } from "./EvidenceShown";

/** Only what was found wrong has to be put right. */
const WRONG: readonly RecordItem["now"]["result"][] = ["abnormal", "degraded"];

export function Handle({ id, record, item }: { id: string; record: RunRecord; item: RecordItem }) {
  const { t, finding } = useWords();
  const [looking, setLooking] = useState(false);
  const [asking, setAsking] = useState(false);
  const [matter, setMatter] = useState<number | null>(null);
  const wrong = WRONG.includes(item.now.result);
  if (item.evidence === null && !wrong) return null;
  const { finding: code, detail, result } = item.now;
  const cause = code === null ? item.note || detail : finding(code, "fail").cause;
  const problem = [item.title, cause || t(`inspect.item.state.${result}`)].join("：");
  return (
    <span className="run-handle">
      {item.evidence !== null && (
        <button type="button" className="plain" data-testid={`evidence-${item.key}`} onClick={() => setLooking(true)}>
          {t("inspect.evidence")}
        </button>
      )}
      {wrong && matter === null && (
        <button type="button" className="plain" data-testid={`handle-${item.key}`} onClick={() => setAsking(true)}>
          {t("inspect.handle")}
        </button>
      )}
      {matter !== null && (
        <Link to={`/inspections/rectification?id=${matter}`} data-testid={`handled-${item.key}`}>
          {t("inspect.handled", { id: matter })}
        </Link>
      )}
      {looking && item.evidence !== null && (
        <AntdFrame>
          <Modal
            open
            centered
            footer={null}
            width="min(1000px, 92vw)"
            title={
              <span data-name="">
                {record.venue.name} · {item.title}
              </span>
            }
            onCancel={() => setLooking(false)}
          >
            <EvidenceShown hash={item.evidence} name={`${record.venue.name} ${item.title}`} />
          </Modal>
        </AntdFrame>
      )}
      {asking && (
        <NewMatter
          first={{ subject: record.venue.venue, item: item.title, problem, unit: record.venue.unit }}
          origin={{ kind: "inspection", id: Number(id) }}
          close={() => setAsking(false)}
          added={setMatter}
        />
      )}
    </span>
  );
}
