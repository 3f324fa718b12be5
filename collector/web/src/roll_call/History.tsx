// The calls that are kept: open ones on top, with their clock; then the records.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { RollCallItem } from "../api/names";
import { Failed, Loading, Notice } from "../panels/Notice";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { minutes, settledAt } from "./countdown";
import { HistoryFilter, useFilter } from "./HistoryFilter";
import { filterOf, NO_FILTER } from "./history";
import { olderCallsQuery } from "./kept_queries";
import { percent } from "./replay";
import { Clock, Progress } from "./Sums";

const SHOWN = 50;

export function callTitle(call: RollCallItem, t: ReturnType<typeof useWords>["t"]): { text: string; named: boolean } {
  if (call.title !== "") return { text: call.title, named: true };
  return { text: t("call.untitled", { depth: t(`call.depth.${call.depth}`) }), named: false };
}

export function Title({ call }: { call: RollCallItem }) {
  const { t } = useWords();
  const { text, named } = callTitle(call, t);
  return <span data-name={named ? "" : undefined}>{text}</span>;
}

export function Open({ calls }: { calls: readonly RollCallItem[] }) {
  const { t, n } = useWords();
  return (
    <ul className="call-open" data-testid="call-open">
      {calls.map((call) => (
        <li key={call.id}>
          <Link to={`/roll-call/${call.id}`}>
            <Clock call={call} />
            <span>
              <b>
                <Title call={call} />
              </b>
              <span className="num">
                {t("call.sum.whole")} {n(call.whole)} / {n(call.expected)} · {t("call.sum.waiting")}{" "}
                {n(call.waiting + call.heard + call.silent)}
              </span>
              <Progress tally={call} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Why it was called, and whether it is signed off. */
function Papers({ call }: { call: RollCallItem }) {
  const { t, n } = useWords();
  return (
    <>
      {call.kind && ` · ${t(`call.kind.${call.kind}`)}`}
      {(call.edition ?? 0) > 0 && <b> · {t("call.history.signed", { n: n(call.edition ?? 0) })}</b>}
    </>
  );
}

/** `next`: where the records go on that the first answer had no room for; null: it had all. */
export function History({ calls: newest, next }: { calls: readonly RollCallItem[]; next: number | null }) {
  const { t, n } = useWords();
  const [filter, set, reset] = useFilter();
  const wanted = filterOf(filter);
  const filtered = wanted !== null;
  const [shown, setShown] = useState(SHOWN);
  const older = useInfiniteQuery({ ...olderCallsQuery(next ?? 0, NO_FILTER), enabled: false });
  const found = useInfiniteQuery({ ...olderCallsQuery(null, wanted ?? NO_FILTER), enabled: filtered });
  const rest = filtered ? found : older;
  const pages = rest.data?.pages.flatMap((page) => page.items) ?? [];
  const calls = filtered
    ? pages.filter((call) => call.ended_ms !== null)
    : [...newest, ...(next === null ? [] : pages)];
  const more = filtered ? found.hasNextPage : next !== null && (older.data === undefined || older.hasNextPage);
  const further = () => (rest.data === undefined ? rest.refetch() : rest.fetchNextPage());
  const total = filtered ? found.data?.pages[0]?.total : undefined;
  return (
    <>
      <HistoryFilter filter={filter} set={set} reset={reset} total={total} />
      {filtered && found.error && !found.data ? (
        <Failed error={found.error} retry={found.refetch} />
      ) : filtered && !found.data ? (
        <Loading />
      ) : calls.length === 0 ? (
        <Notice
          title={t(filtered ? "call.history.nothing" : "call.history.none")}
          next={t(filtered ? "call.history.nothing.next" : "call.history.none.next")}
          testid="call-history-none"
        />
      ) : (
        <Table calls={calls.slice(0, shown)} />
      )}
      {calls.length > shown && (
        <button type="button" className="plain call-more" onClick={() => setShown(shown + SHOWN)}>
          {t("call.history.more", { n: n(Math.min(SHOWN, calls.length - shown)) })}
        </button>
      )}
      {calls.length <= shown && more && (
        <button
          type="button"
          className="plain call-more"
          disabled={rest.isFetching}
          data-testid="history-older"
          onClick={() => {
            setShown(shown + SHOWN);
            void further();
          }}
        >
          {t("call.history.older")}
        </button>
      )}
    </>
  );
}

function Table({ calls }: { calls: readonly RollCallItem[] }) {
  const { t, n } = useWords();
  const navigate = useNavigate();
  return (
    <table className="grid-table call-history" data-testid="call-history">
      <thead>
        <tr>
          <th scope="col">{t("call.history.when")}</th>
          <th scope="col">{t("call.history.what")}</th>
          <th scope="col" className="figures">
            {t("call.sum.expected")}
          </th>
          <th scope="col" className="figures">
            {t("call.sum.whole")}
          </th>
          <th scope="col" className="figures">
            {t("call.sum.late")}
          </th>
          <th scope="col" className="figures">
            {t("call.sum.silent")}
          </th>
          <th scope="col" className="figures">
            {t("call.sum.rate")}
          </th>
          <th scope="col" className="figures">
            {t("call.history.took")}
          </th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <tr key={call.id} data-testid={`record-${call.id}`} onClick={() => navigate(`/roll-call/${call.id}`)}>
            <td className="num">{timestamp(call.given_ms).slice(0, 16)}</td>
            <th scope="row">
              <Link to={`/roll-call/${call.id}`} onClick={(event) => event.stopPropagation()}>
                <Title call={call} />
              </Link>
              <small className="soft">
                {t(`call.depth.${call.depth}`)}
                {call.operator && <span data-name=""> · {call.operator}</span>}
                {call.cancelled && ` · ${t("call.cancelled")}`}
                <Papers call={call} />
              </small>
            </th>
            <td className="figures num">{n(call.expected)}</td>
            <td className="figures num">{n(call.whole)}</td>
            <td className={call.late > 0 ? "figures num is-degraded" : "figures num is-zero"}>{n(call.late)}</td>
            <td className={call.silent > 0 ? "figures num is-fail" : "figures num is-zero"}>
              {n(call.silent + call.waiting + call.heard)}
              {call.uncounted > 0 && (
                <small className="soft"> {t("call.history.uncounted", { n: n(call.uncounted) })}</small>
              )}
            </td>
            <td className="figures num">{call.rate === null ? "—" : `${percent(call.rate)}%`}</td>
            <td className="figures num">{minutes((settledAt(call) ?? call.until_ms) - call.given_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
