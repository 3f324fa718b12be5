// The calls to us that are over, and how those of the last thirty days went.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { minutes, seconds } from "../roll_call/countdown";
import { percent } from "../roll_call/replay";
import type { Standing } from "../state/classes";
import { State } from "../state/Mark";
import { timestamp } from "../time/age";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { inboundSummaryQuery, PAST_PAGE, pastInboundQuery } from "./queries";
import type { InboundItem } from "./shapes";

const DAY_MS = 86_400_000;
const DAYS = 30;

export function Past() {
  const { t, n } = useWords();
  const [page, setPage] = useState(0);
  const { data, error, refetch } = useQuery(pastInboundQuery(page));
  const pages = Math.max(1, Math.ceil((data?.total ?? 0) / PAST_PAGE));
  return (
    <Panel title={t("inbound.past")} now_ms={data?.now_ms} className="inbound-past" extra={<Summary />}>
      {error && !data ? (
        <Failed error={error} retry={refetch} />
      ) : !data ? (
        <Loading />
      ) : data.total === 0 ? (
        <Notice title={t("inbound.past.none")} next={t("inbound.past.none.next")} />
      ) : (
        <>
          <Table calls={data.items} />
          {pages > 1 && (
            <p className="inbound-pages">
              <button type="button" className="plain" disabled={page === 0} onClick={() => setPage(page - 1)}>
                {t("inbound.page.before")}
              </button>
              <span className="num">
                {n(page + 1)} / {n(pages)}
              </span>
              <button type="button" className="plain" disabled={page + 1 >= pages} onClick={() => setPage(page + 1)}>
                {t("inbound.page.after")}
              </button>
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

/** 3 分钟达标率. */
function Summary() {
  const { t, n } = useWords();
  const [from_ms] = useState(() => Math.floor((now() - DAYS * DAY_MS) / DAY_MS) * DAY_MS);
  const { data } = useQuery(inboundSummaryQuery(from_ms));
  if (!data || data.count === 0) return null;
  const rate = (of: number | null) => (of === null ? "—" : `${percent(of)}%`);
  return (
    <span className="num" data-testid="inbound-summary">
      {t("inbound.summary", {
        days: DAYS,
        n: n(data.counted),
        rate: rate(data.rate),
        ready: rate(data.ready_rate),
        median: data.median_ready_ms === null ? "—" : minutes(data.median_ready_ms),
      })}
    </span>
  );
}

const MARK: Record<InboundItem["state"], Standing> = {
  open: "unknown",
  "on-time": "pass",
  late: "degraded",
  missed: "fail",
  dropped: "excluded",
};

function Table({ calls }: { calls: readonly InboundItem[] }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const after = (ms: number | null | undefined) => (ms == null ? "—" : t("inbound.after", { s: seconds(ms) }));
  return (
    <table className="grid-table inbound-table" data-testid="inbound-table">
      <thead>
        <tr>
          <th scope="col">{t("call.history.when")}</th>
          <th scope="col">{t("inbound.caller")}</th>
          <th scope="col">{t("inbound.room")}</th>
          <th scope="col">{t("inbound.result")}</th>
          <th scope="col" className="figures">
            {t("inbound.ready.at")}
          </th>
          <th scope="col" className="figures">
            {t("inbound.answered.at")}
          </th>
          <th scope="col">{t("inbound.answered.by")}</th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <tr key={call.id} data-testid={`past-${call.id}`} onClick={() => navigate(`/inbound/${call.id}`)}>
            <td className="num">{timestamp(call.received_ms).slice(0, 16)}</td>
            <th scope="row">
              <Link to={`/inbound/${call.id}`} data-name="" onClick={(event) => event.stopPropagation()}>
                {call.caller}
              </Link>
              <small className="soft"> {t(`call.kind.${call.kind}`)}</small>
            </th>
            <td data-name="">{call.name}</td>
            <td>
              <State of={MARK[call.state]} word={t(`inbound.state.${call.state}`)} />
            </td>
            <td className="figures num">
              {after(call.first_ready_ms)}
              {call.first_ready === "backup" && <small className="soft"> {t("inbound.way.backup")}</small>}
            </td>
            <td className="figures num">{after(call.answer?.after_ms)}</td>
            <td>
              {call.answer && (
                <>
                  {t(`call.mode.${call.answer.how}`)} <span data-name="">{call.answer.person}</span>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
