// A probe over time: its results as a strip and its values as lines, under one time axis.
import { useQuery } from "@tanstack/react-query";
import { Segmented, Select } from "antd";
import { lazy, Suspense, useState } from "react";
import type { Outcome, VenueAnswer } from "../api/names";
import { historyQuery } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { severity } from "../state/classes";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { VerdictStrip } from "./VerdictStrip";

const HistoryChart = lazy(() => import("./HistoryChart").then((m) => ({ default: m.HistoryChart })));

const HOUR = 3_600_000;
const RANGES = { "1h": HOUR, "6h": 6 * HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR } as const;
type Range = keyof typeof RANGES;
const isRange = (text: string): text is Range => text in RANGES;

/** The worst probe with values is what the operator asks about first. */
function firstProbe(outcomes: Outcome[]): string {
  const rank = (o: Outcome) => severity(o.verdict) * 2 + (o.values.length > 0 ? 0 : 1);
  return [...outcomes].sort((a, b) => rank(a) - rank(b))[0]?.probe ?? "";
}

export function History({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const [probe, setProbe] = useState(() => firstProbe(answer.outcomes));
  const [range, setRange] = useState<Range>("6h");
  const chosen = answer.outcomes.find((o) => o.probe === probe) ?? answer.outcomes[0];
  const history = useQuery({
    ...historyQuery(answer.venue.id, chosen?.probe ?? "", RANGES[range], now),
    enabled: chosen !== undefined,
  });
  const { data, error } = history;
  return (
    <Panel
      title={t("history.title")}
      now_ms={data?.now_ms}
      className="history"
      testid="history"
      note={data && `${t(`history.${data.resolution}`)}${data.truncated ? ` · ${t("history.truncated")}` : ""}`}
      extra={
        chosen && (
          <>
            <Select
              value={chosen.probe}
              aria-label={t("history.probe")}
              style={{ width: 180 }}
              options={answer.outcomes.map((o) => ({ value: o.probe, label: <span data-name="">{o.name}</span> }))}
              onChange={setProbe}
            />
            <Segmented
              value={range}
              aria-label={t("history.range")}
              options={Object.keys(RANGES).map((key) => ({
                value: key,
                label: isRange(key) ? t(`history.range.${key}`) : key,
              }))}
              onChange={(key) => isRange(key) && setRange(key)}
            />
          </>
        )
      }
    >
      {chosen === undefined ? (
        <Notice title={t("history.none")} next={t("history.none.next")} />
      ) : error && !data ? (
        <Failed error={error} retry={history.refetch} what="venue" />
      ) : !data ? (
        <Loading />
      ) : data.verdicts.length === 0 && data.series.every((s) => s.points.length === 0) ? (
        <Notice title={t("history.none")} next={t("history.none.next")} />
      ) : (
        <div
          className={history.isPlaceholderData ? "history-body is-passing" : "history-body"}
          data-testid="history-body"
        >
          <VerdictStrip history={data} interval_s={chosen.interval_s} />
          {data.series.length === 0 ? (
            <p className="soft quiet">{t("history.novalues")}</p>
          ) : (
            <Suspense fallback={<Loading />}>
              <HistoryChart history={data} interval_s={chosen.interval_s} />
            </Suspense>
          )}
        </div>
      )}
    </Panel>
  );
}
