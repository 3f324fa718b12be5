// Runs that are under way: how far they are, and when they will end.
import { Link } from "react-router";
import type { RunForecast, RunItem, RunTally } from "../api/names";
import { clockTime, span } from "../time/age";
import { useWords } from "../words/words";
import { CONCLUSIONS, percent, progress, toldOf } from "./run";

export function Underway({ runs }: { runs: readonly RunItem[] }) {
  const { t, n } = useWords();
  return (
    <ul className="underway">
      {runs.map((run) => (
        <li key={run.id}>
          <Link to={`/inspections/runs/${run.id}`} data-testid={`underway-${run.id}`}>
            <span className="underway-head">
              <b data-name="">{run.title}</b>
              <b className="tag is-open">{t(`inspect.told.${toldOf(run)}`)}</b>
            </span>
            <Bar tally={run.tally} />
            <span className="num soft">
              {t("inspect.done.of", { done: n(run.tally.venues - run.tally.open), all: n(run.tally.venues) })} ·{" "}
              {percent(progress(run.tally))}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

interface ForecastProps {
  run: RunItem;
  forecast: RunForecast | null;
  now_ms: number;
}

/** When it will end: 约 12 分钟后（04:20）. */
export function Forecast({ run, forecast, now_ms }: ForecastProps) {
  const { t, lang } = useWords();
  if (run.state === "paused") return <>{t("inspect.forecast.paused")}</>;
  if (forecast === null) return <>{t("inspect.forecast.none")}</>;
  const left = span(forecast.end_ms - now_ms, lang);
  if (forecast.quiet) return <>{t("inspect.forecast.quiet", { time: clockTime(forecast.end_ms).slice(0, 5) })}</>;
  return <>{t("inspect.forecast", { left, time: clockTime(forecast.end_ms).slice(0, 5) })}</>;
}

const FILL = {
  abnormal: "var(--fail)",
  untested: "var(--unknown)",
  unfilled: "var(--stale)",
  incomplete: "var(--unknown)",
  fixed: "var(--pass)",
  normal: "var(--pass)",
  open: "var(--line)",
  excused: "var(--soft)",
} as const;

/** The conclusions as one bar; the figures beside it say the same in words. */
export function Bar({ tally }: { tally: RunTally }) {
  const order = [...CONCLUSIONS.filter((one) => one !== "open"), "open" as const];
  return (
    <span className="call-progress" aria-hidden="true">
      {order.map((one) =>
        tally[one] > 0 ? <i key={one} style={{ flexGrow: tally[one], background: FILL[one] }} /> : null,
      )}
    </span>
  );
}
