import { useEffect, useRef } from "react";
import type { HistoryAnswer } from "../api/names";
import { useCell } from "../state/cell";
import { themeName } from "../theme/appearance";
import { useWords } from "../words/words";
import { chartHeight, type HistoryLines, historyLines, unitsOf } from "./history_chart";

export function HistoryChart({ history, interval_s }: { history: HistoryAnswer; interval_s: number }) {
  const theme = useCell(themeName);
  const words = useWords();
  const element = useRef<HTMLDivElement>(null);
  const lines = useRef<HistoryLines | null>(null);
  const height = chartHeight(unitsOf(history.series).length);

  useEffect(() => {
    if (!element.current) return;
    const made = historyLines(element.current);
    lines.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      made.dispose();
      lines.current = null;
    };
  }, []);

  useEffect(() => {
    lines.current?.paint(history, history.resolution === "hour" ? 3_600_000 : interval_s * 1000, theme, words);
  }, [history, interval_s, theme, words]);

  return <div ref={element} style={{ height }} data-testid="history-chart" />;
}
