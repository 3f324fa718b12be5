// The results on the chart's own time axis; a gap is hatched and named.
import { useMemo } from "react";
import type { HistoryAnswer, Verdict } from "../api/names";
import { CLASSES } from "../state/classes";
import { Mark } from "../state/Mark";
import { clockTime } from "../time/age";
import { useWords } from "../words/words";
import { spans } from "./spans";

export function VerdictStrip({ history, interval_s }: { history: HistoryAnswer; interval_s: number }) {
  const { t } = useWords();
  const interval_ms = history.resolution === "hour" ? 3_600_000 : interval_s * 1000;
  const pieces = useMemo(() => spans(history.verdicts, interval_ms, history.to_ms), [history, interval_ms]);
  const width = history.to_ms - history.from_ms;
  const percent = (ms: number) => `${(100 * ms) / width}%`;
  const present = CLASSES.filter((c) => pieces.some((piece) => piece.verdict === c)) as Verdict[];
  return (
    <div className="strip">
      <div className="strip-line" role="img" aria-label={t("history.verdicts")}>
        {pieces.map((piece) => (
          <i
            key={piece.from_ms}
            className={`fill-${piece.verdict} strip-${piece.verdict}`}
            style={{ left: percent(piece.from_ms - history.from_ms), width: percent(piece.to_ms - piece.from_ms) }}
            title={`${t(`verdict.${piece.verdict}`)} ${clockTime(piece.from_ms)}–${clockTime(piece.to_ms)}`}
          />
        ))}
      </div>
      <p className="strip-legend soft">
        <span>{t("history.verdicts")}</span>
        {present.map((verdict) => (
          <span key={verdict} className={`state is-${verdict}`}>
            <Mark of={verdict} />
            {t(`verdict.${verdict}`)}
          </span>
        ))}
        <span>
          <i className="gap-sample" /> {t("history.gap")}
        </span>
      </p>
    </div>
  );
}
