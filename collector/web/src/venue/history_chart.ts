// Lines over time, one grid a unit, all on the same axis. The only file that names ECharts' lines.
import { LineChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { HistoryAnswer, Series } from "../api/names";
import { FONT, PALETTES, type ThemeName } from "../theme/tokens";
import { axisTime, timestamp } from "../time/age";
import type { Words } from "../words/words";
import { measured } from "./figures";
import { broken } from "./spans";

echarts.use([LineChart, GridComponent, TooltipComponent, AxisPointerComponent, CanvasRenderer]);

/** The strip above the chart leaves the same margins (venue.css). */
const LEFT = 64;
const RIGHT = 16;
export const GRID_HEIGHT = 96;
export const GRID_GAP = 46;
const TOP = 22;
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]] as const;

export function unitsOf(series: readonly Series[]): string[] {
  return [...new Set(series.map((s) => s.unit))];
}

export function chartHeight(units: number): number {
  return TOP + units * (GRID_HEIGHT + GRID_GAP);
}

export interface HistoryLines {
  paint(history: HistoryAnswer, interval_ms: number, theme: ThemeName, words: Words): void;
  resize(): void;
  dispose(): void;
}

export function historyLines(element: HTMLElement): HistoryLines {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  return {
    paint: (history, interval_ms, theme, words) =>
      chart.setOption(option(history, interval_ms, theme, words), { notMerge: true }),
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}

function option(
  history: HistoryAnswer,
  interval_ms: number,
  theme: ThemeName,
  words: Words,
): echarts.EChartsCoreOption {
  const p = PALETTES[theme];
  const units = unitsOf(history.series);
  const days = history.to_ms - history.from_ms > 86_400_000;
  const text = { color: p.soft, fontFamily: FONT, fontSize: 12 };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: {
      trigger: "axis",
      backgroundColor: p.raised,
      borderColor: p.line,
      textStyle: { color: p.text, fontFamily: FONT, fontSize: 12 },
      axisPointer: { type: "line", lineStyle: { color: p.accent }, label: { show: false } },
      formatter: (items: TooltipItem[]) => tooltip(items, history.series, words),
    },
    grid: units.map((_, i) => ({
      left: LEFT,
      right: RIGHT,
      top: TOP + i * (GRID_HEIGHT + GRID_GAP),
      height: GRID_HEIGHT,
    })),
    xAxis: units.map((_, i) => ({
      type: "time",
      gridIndex: i,
      min: history.from_ms,
      max: history.to_ms,
      axisLabel: { ...text, hideOverlap: true, formatter: (at: number) => axisTime(at, days) },
      axisLine: { lineStyle: { color: p.line } },
      axisTick: { lineStyle: { color: p.line } },
      splitLine: { show: false },
    })),
    yAxis: units.map((unit, i) => ({
      type: "value",
      gridIndex: i,
      name: axisName(history.series, unit, words),
      nameLocation: "end",
      nameGap: 6,
      nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -LEFT + 10] },
      axisLabel: { ...text, formatter: (number: number) => axisLabel(number, unit, words) },
      splitNumber: 3,
      scale: true,
      splitLine: { lineStyle: { color: p.line, opacity: 0.6 } },
    })),
    series: history.series.flatMap((s) => lines(s, units, history.series, interval_ms, p.series, words)),
  };
}

/** Bytes carry their unit at each label, where it differs from label to label. */
function axisName(series: readonly Series[], unit: string, { value, unit: word, t }: Words): string {
  const names = series.filter((s) => s.unit === unit).map((s) => value(s.name));
  const said = unit === "B" ? "" : word(unit);
  return said === "" ? names.join(" · ") : t("history.axis", { names: names.join(" · "), unit: said });
}

function axisLabel(number: number, unit: string, words: Words): string {
  return unit === "B" ? measured(number, unit, words).join(" ") : String(number);
}

function lines(
  s: Series,
  units: string[],
  all: readonly Series[],
  interval_ms: number,
  colours: string[],
  words: Words,
): object[] {
  const name = words.value(s.name);
  const axis = units.indexOf(s.unit);
  const rank = all.filter((other) => other.unit === s.unit).indexOf(s);
  const color = colours[rank % colours.length];
  const base = {
    type: "line",
    xAxisIndex: axis,
    yAxisIndex: axis,
    symbol: "none",
    sampling: "lttb",
    connectNulls: false,
  };
  const line = { color, width: 1.6, type: DASHES[rank % DASHES.length] };
  const drawn: object[] = [
    {
      ...base,
      id: s.name,
      name,
      data: broken(s.points, interval_ms),
      lineStyle: line,
      itemStyle: { color },
    },
  ];
  for (const bound of [s.min, s.max]) {
    if (!bound) continue;
    const faint = { color, width: 1, opacity: 0.45, type: "dotted" };
    const data = broken(bound, interval_ms);
    drawn.push({
      ...base,
      id: bound === s.min ? `${s.name} min` : `${s.name} max`,
      name: words.t(bound === s.min ? "history.least" : "history.greatest", { name }),
      data,
      lineStyle: faint,
      itemStyle: { color },
    });
  }
  return drawn;
}

interface TooltipItem {
  seriesId: string;
  seriesName: string;
  value: [number, number | null];
  marker: string;
}

/** Names come from the field: they are text, never markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function tooltip(items: TooltipItem[], series: readonly Series[], words: Words): string {
  const first = items[0];
  if (!first) return "";
  const rows = items
    .filter((item) => item.value[1] != null)
    .map((item) => {
      const unit = series.find((s) => s.name === item.seriesId.split(" ")[0])?.unit ?? "";
      const said = measured(item.value[1] ?? 0, unit, words)
        .join(" ")
        .trim();
      return `${item.marker}${escaped(item.seriesName)} <b>${escaped(said)}</b>`;
    });
  return [timestamp(first.value[0]), ...rows].join("<br>");
}
