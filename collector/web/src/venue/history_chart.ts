// Lines over time, one grid a unit, all on the same axis. The only file that names ECharts' lines.
import { LineChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { HistoryAnswer, Series } from "../api/names";
import { FONT, PALETTES, type ThemeName } from "../theme/tokens";
import { axisTime, timestamp } from "../time/age";
import { broken } from "./spans";

echarts.use([LineChart, GridComponent, TooltipComponent, AxisPointerComponent, CanvasRenderer]);

/** The strip above the chart leaves the same margins (venue.css). */
const LEFT = 64;
const RIGHT = 16;
export const GRID_HEIGHT = 96;
export const GRID_GAP = 34;
const TOP = 22;
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]] as const;

export function unitsOf(series: readonly Series[]): string[] {
  return [...new Set(series.map((s) => s.unit))];
}

export function chartHeight(units: number): number {
  return TOP + units * (GRID_HEIGHT + GRID_GAP);
}

export interface HistoryLines {
  paint(history: HistoryAnswer, interval_ms: number, theme: ThemeName): void;
  resize(): void;
  dispose(): void;
}

export function historyLines(element: HTMLElement): HistoryLines {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  return {
    paint: (history, interval_ms, theme) => chart.setOption(option(history, interval_ms, theme), { notMerge: true }),
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}

function option(history: HistoryAnswer, interval_ms: number, theme: ThemeName): echarts.EChartsCoreOption {
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
      formatter: (items: TooltipItem[]) => tooltip(items),
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
      name: namesOf(history.series, unit),
      nameLocation: "end",
      nameGap: 6,
      nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -LEFT + 10] },
      axisLabel: text,
      splitNumber: 3,
      scale: true,
      splitLine: { lineStyle: { color: p.line, opacity: 0.6 } },
    })),
    series: history.series.flatMap((s) => lines(s, units, history.series, interval_ms, p.series)),
  };
}

function namesOf(series: readonly Series[], unit: string): string {
  const names = series.filter((s) => s.unit === unit).map((s) => s.name);
  return `${names.join(" · ")}${unit ? ` (${unit})` : ""}`;
}

function lines(s: Series, units: string[], all: readonly Series[], interval_ms: number, colours: string[]): object[] {
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
      name: s.name,
      unit: s.unit,
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
      name: bound === s.min ? `${s.name} ↓` : `${s.name} ↑`,
      data,
      lineStyle: faint,
      itemStyle: { color },
    });
  }
  return drawn;
}

interface TooltipItem {
  seriesName: string;
  value: [number, number | null];
  marker: string;
}

/** Names come from the field: they are text, never markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function tooltip(items: TooltipItem[]): string {
  const first = items[0];
  if (!first) return "";
  const rows = items
    .filter((item) => item.value[1] != null)
    .map((item) => `${item.marker}${escaped(item.seriesName)} <b>${Number((item.value[1] ?? 0).toFixed(3))}</b>`);
  return [timestamp(first.value[0]), ...rows].join("<br>");
}
