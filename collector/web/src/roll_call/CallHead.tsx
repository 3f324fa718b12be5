// Above the wall: the clock, whose call it is, the sums, and how it is ended before its time.
import { useState } from "react";
import { Link } from "react-router";
import { API } from "../api/fetch";
import type { RollCallItem, Tally } from "../api/names";
import { timestamp } from "../time/age";
import { type Key, useWords } from "../words/words";
import { EndCall } from "./EndCall";
import { Title } from "./History";
import { LinksDialog } from "./LinksDialog";
import { RecordDialog } from "./RecordDialog";
import { Clock, Progress, Sums } from "./Sums";

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
            {t(stateOf(call))}
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
          {call.system && (
            <span className="soft" data-name="">
              {t("call.over", { system: call.system })}
            </span>
          )}
          <Origin call={call} />
          <Course call={call} />
          <span className="call-acts">
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
            {call.ended_ms === null && <EndCall call={call} look={look} />}
          </span>
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

function stateOf(call: RollCallItem): Key {
  if (call.ended_ms !== null) return call.cancelled ? "call.cancelled" : "call.ended";
  return call.complete_ms === null ? "call.running" : "call.complete";
}

/** What persons may still do, or who ended it and why. */
function Course({ call }: { call: RollCallItem }) {
  const { t } = useWords();
  const { closed } = call;
  if (call.ended_ms === null && call.complete_ms !== null) {
    return <span className="soft num">{t("call.complete.until", { time: timestamp(call.until_ms).slice(11) })}</span>;
  }
  if (!closed) return null;
  const vars = { name: closed.by || "—", time: timestamp(closed.at_ms).slice(11), why: closed.reason || "—" };
  return (
    <span className="soft" data-name="" data-testid="call-closed">
      {t(closed.reason === "" && !call.cancelled ? "call.closed" : "call.closed.why", vars)}
    </span>
  );
}
