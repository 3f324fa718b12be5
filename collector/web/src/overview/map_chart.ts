// The map itself: painted once for a place, then only its data change. The only file that names ECharts' map.
import { MapChart } from "echarts/charts";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import type { ChildPlace, Class } from "../api/names";
import type { Outlines } from "../api/queries";
import { PROBLEM_CLASSES, tint } from "../state/classes";
import { mix } from "../theme/mix";
import { FONT, PALETTES, type ThemeName } from "../theme/tokens";
import { apart } from "./label_layout";

echarts.use([MapChart, CanvasRenderer, LabelLayout]);

/** More shapes than this and a label covers its neighbours. */
const LABEL_CLASSES = 2;

const SHAPES: Record<Class, string> = {
  pass: '<circle cx="8" cy="8" r="6" fill="C"/>',
  degraded: '<path d="M8 1.5 15 14H1z" fill="C"/>',
  fail: '<rect x="2" y="2" width="12" height="12" fill="C"/>',
  unknown: '<path d="M8 1 15 8 8 15 1 8z" fill="C"/>',
  silent: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="C" stroke-width="2.6"/>',
  stale: '<circle cx="8" cy="8" r="5.8" fill="none" stroke="C" stroke-width="2.4" stroke-dasharray="3.2 2.87"/>',
};

function shape(of: Class, colour: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 16 16">${SHAPES[of]}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg.replaceAll('"C"', `"${colour}"`))}`;
}

export interface PlaceMap {
  /** The outlines of a place's children; call once a place. */
  outline(code: string, outlines: Outlines): void;
  paint(children: readonly ChildPlace[], theme: ThemeName, figure: (n: number) => string): void;
  resize(): void;
  dispose(): void;
}

export interface MapEvents {
  open(code: string): void;
  over(code: string | null): void;
  painted(): void;
}

/** `scale`: of everything that is written, for a screen that is read from afar. */
export function placeMap(element: HTMLElement, events: MapEvents, scale = 1): PlaceMap {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  let registered = "";
  let styled = "";
  chart.on("click", (event) => events.open(String(event.name)));
  chart.on("mouseover", (event) => events.over(String(event.name)));
  chart.on("mouseout", () => events.over(null));
  chart.on("finished", () => events.painted());

  return {
    outline(code, outlines) {
      registered = `place-${code}`;
      if (echarts.getMap(registered)) return;
      // Regions are known by their code: two counties may share a name.
      const features = outlines.features.map((f) => ({
        ...f,
        properties: { ...f.properties, name: f.properties.code },
      }));
      echarts.registerMap(registered, { type: "FeatureCollection", features } as never);
    },
    paint(children, theme, figure) {
      const data = children.map((child) => region(child, theme, figure, scale));
      const frame = `${registered} ${theme}`;
      const series = { type: "map", data } as Record<string, unknown>;
      if (frame !== styled) Object.assign(series, frameOf(registered, theme));
      chart.setOption(
        { animation: false, series: [series] },
        { replaceMerge: styled.startsWith(`${registered} `) || styled === "" ? [] : ["series"] },
      );
      styled = frame;
    },
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}

function frameOf(map: string, theme: ThemeName): Record<string, unknown> {
  const p = PALETTES[theme];
  return {
    map,
    left: 4,
    right: 4,
    top: 4,
    bottom: 4,
    preserveAspect: "contain",
    aspectScale: 0.9,
    selectedMode: false,
    nameProperty: "name",
    itemStyle: { borderColor: p.border, borderWidth: 1.2, areaColor: p.raised },
    emphasis: { itemStyle: { borderColor: p.accent, borderWidth: 2.5, areaColor: "inherit" }, label: { show: true } },
    labelLayout: apart(),
  };
}

function region(
  child: ChildPlace,
  theme: ThemeName,
  figure: (n: number) => string,
  scale: number,
): Record<string, unknown> {
  const p = PALETTES[theme];
  const paint = tint(child.counts);
  const areaColor = paint ? mix(p.panel, p.states[paint.class], paint.depth) : p.raised;
  const present = PROBLEM_CLASSES.filter((c) => child.counts[c] > 0).slice(0, LABEL_CLASSES);
  const shown: Class[] = present.length > 0 ? present : ["pass"];
  const figures = shown.map((c) => `{${c}|} {n|${figure(child.counts[c])}}`).join(" ");
  const rich: Record<string, unknown> = {
    name: {
      color: p.text,
      fontFamily: FONT,
      fontSize: 12.5 * scale,
      fontWeight: 600,
      lineHeight: 18 * scale,
      align: "center",
    },
    n: { color: p.text, fontFamily: FONT, fontSize: 12 * scale, fontWeight: 600 },
  };
  for (const c of shown)
    rich[c] = { width: 10 * scale, height: 10 * scale, backgroundColor: { image: shape(c, p.states[c]) } };
  // The label stands on a plate of its own, so that shape and colour read on any tint.
  const label = {
    show: true,
    formatter: `{name|${child.name}}\n${figures}`,
    rich,
    fontFamily: FONT,
    align: "center",
    color: p.text,
    backgroundColor: p.panel,
    borderColor: p.line,
    borderWidth: 1,
    borderRadius: 3,
    padding: [1, 4, 2, 4],
    lineHeight: 15 * scale,
  };
  const style = { label, itemStyle: { areaColor } };
  return { name: child.code, value: child.counts.venues, ...style, emphasis: { ...style, label } };
}
