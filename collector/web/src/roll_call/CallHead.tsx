// Above the wall: the clock, whose call it is, the sums, and how it is ended before its time.
import { Modal } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { API, ApiProblem, send } from "../api/fetch";
import type { RollCallItem, Tally } from "../api/names";
import { AntdFrame } from "../shell/AntdFrame";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { Title } from "./History";
import { LinksDialog } from "./LinksDialog";
import { Said } from "./Problem";
import { RecordDialog } from "./RecordDialog";
import { Clock, Progress, Sums } from "./Sums";

const DEADLINE_MS = 15_000;

export function CallHead({ call, tally, look }: { call: RollCallItem; tally: Tally; look: () => void }) {
  const { t } = useWords();
  const [record, setRecord] = useState(false);
  const [links, setLinks] = useState(false);
  return (
    <header className="call-head">
      {record && <RecordDialog call={call} close={() => setRecord(false)} done={look} />}
      {links && <LinksDialog call={call.id} close={() => setLinks(false)} />}
      <Clock call={call} />
      <div className="call-what">
        <div className="call-title">
          <h1>
            <Title call={call} />
          </h1>
          <b className="tag">{t(`call.depth.${call.depth}`)}</b>
          <b className={call.ended_ms === null ? "tag is-open" : "tag"} data-testid="call-state">
            {t(call.ended_ms === null ? "call.running" : call.cancelled ? "call.cancelled" : "call.ended")}
          </b>
          <span className="soft num">{t("call.given", { time: timestamp(call.given_ms) })}</span>
          {call.operator && (
            <span className="soft" data-name="">
              {t("call.by", { name: call.operator })}
            </span>
          )}
          {call.basis && (
            <span className="soft" data-name="">
              {t("call.on", { basis: call.basis })}
            </span>
          )}
          <Origin call={call} />
          <span className="grow" />
          {(["html", "docx", "xlsx"] as const).map((form) => (
            <a
              key={form}
              className="plain"
              href={`${API}/roll-calls/${call.id}/report?form=${form}`}
              target="_blank"
              rel="noreferrer"
              data-testid={`report-${form}`}
            >
              {t(`call.report.${form}`)}
            </a>
          ))}
          <button type="button" className="plain" data-testid="record-open" onClick={() => setRecord(true)}>
            {t("call.record")}
          </button>
          <button type="button" className="plain" data-testid="links-open" onClick={() => setLinks(true)}>
            {t("call.links")}
          </button>
          <Link className="plain" to="/roll-call">
            {t("call.back")}
          </Link>
          {call.ended_ms === null && <End call={call} look={look} />}
        </div>
        <Progress tally={tally} />
        <Sums tally={tally} proof={call.depth === "proven" && tally === call} />
      </div>
    </header>
  );
}

/** Who or what began it, and whom it names. */
function Origin({ call }: { call: RollCallItem }) {
  const { t } = useWords();
  return (
    <span className="soft" data-name="">
      {[
        call.schedule && t("call.by.schedule", { name: call.schedule.name }),
        call.group && t("call.of.group", { name: call.group.name }),
        call.meeting && t("call.of.meeting", { name: call.meeting.name }),
      ]
        .filter(Boolean)
        .join(" · ")}
    </span>
  );
}

function End({ call, look }: { call: RollCallItem; look: () => void }) {
  const { t, n } = useWords();
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const end = async () => {
    setProblem(null);
    try {
      await send("DELETE", `/roll-calls/${call.id}`, undefined, DEADLINE_MS);
      setAsking(false);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    look();
  };
  return (
    <>
      <button type="button" className="plain" data-testid="call-end" onClick={() => setAsking(true)}>
        {t("call.end")}
      </button>
      <AntdFrame>
        <Modal
          open={asking}
          centered
          title={t("call.end.title")}
          okText={t("call.end.go")}
          cancelText={t("call.end.keep")}
          okButtonProps={{ danger: true, "data-testid": "end-go" }}
          cancelButtonProps={{ autoInsertSpace: false }}
          onOk={() => void end()}
          onCancel={() => setAsking(false)}
        >
          <p>{t("call.end.what", { n: n(call.waiting + call.heard + call.silent) })}</p>
          {problem && <Said problem={problem} of="word" />}
        </Modal>
      </AntdFrame>
    </>
  );
}
