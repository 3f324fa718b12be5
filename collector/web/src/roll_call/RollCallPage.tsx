// 点名: calls the roll of the venues below us, and keeps what came of it.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RollCallList } from "../api/names";
import { PROVINCE, rollCallsQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { useWords } from "../words/words";
import { History, Open } from "./History";
import { SchedulesDialog } from "./SchedulesDialog";
import { StartForm } from "./StartForm";
import "../style/venues.css";
import "../style/roll_call.css";
import "../style/call.css";

export function RollCallPage() {
  const { t } = useWords();
  useFollow(PROVINCE);
  const { data, error, refetch } = useQuery(rollCallsQuery);
  const [schedules, setSchedules] = useState(false);
  const open = data?.items.filter((call) => call.ended_ms === null) ?? [];
  const records = data?.items.filter((call) => call.ended_ms !== null) ?? [];
  return (
    <div className="call-start" data-testid="roll-call" data-ready="roll-call">
      <Panel
        title={t("call.new")}
        className="call-new"
        extra={
          <button type="button" className="plain" data-testid="schedules-open" onClick={() => setSchedules(true)}>
            {t("call.schedules")}
          </button>
        }
      >
        <StartForm />
      </Panel>
      {schedules && <SchedulesDialog close={() => setSchedules(false)} />}
      <div className="call-kept">
        {open.length > 0 && (
          <Panel title={t("call.running.title")} now_ms={data?.now_ms}>
            <Open calls={open} />
          </Panel>
        )}
        <Panel title={t("call.history")} now_ms={data?.now_ms} className="call-records">
          {error && !data ? (
            <Failed error={error} retry={refetch} />
          ) : data ? (
            <History calls={records} next={(data as RollCallList).next ?? null} />
          ) : (
            <Loading />
          )}
        </Panel>
      </div>
    </div>
  );
}
