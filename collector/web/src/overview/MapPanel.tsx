// The map of a place's children, with its legend, its source and its approval number.
import { useQuery } from "@tanstack/react-query";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import type { ChildPlace, PlaceRef } from "../api/names";
import { client, mapQuery, type Outlines, outlinesQuery, placeQuery } from "../api/queries";
import { Failed, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { useCell } from "../state/cell";
import { CLASSES, problems } from "../state/classes";
import { Mark } from "../state/Mark";
import { themeName } from "../theme/appearance";
import type { ThemeName } from "../theme/tokens";
import { useWords } from "../words/words";
import { type PlaceMap, placeMap } from "./map_chart";
import { placeLink } from "./Readiness";

interface MapProps {
  place: PlaceRef;
  items: ChildPlace[];
  now_ms: number;
}

/** The outlines of these children; a registry may hang a county directly below the province, so both files count. */
export function useOutlines(items: ChildPlace[]): {
  outlines: Outlines | null;
  error: Error | null;
  refetch: () => void;
} {
  const ofCities = items.some((c) => c.code.length === 4);
  const ofCounties = items.some((c) => c.code.length === 6);
  const cities = useQuery({ ...outlinesQuery("cities"), enabled: ofCities });
  const counties = useQuery({ ...outlinesQuery("counties"), enabled: ofCounties });
  const codes = items.map((c) => c.code).join(" ");
  const [cityData, countyData] = [cities.data, counties.data];
  const outlines = useMemo(() => {
    if ((ofCities && !cityData) || (ofCounties && !countyData)) return null;
    const wanted = new Set(codes.split(" "));
    const all = [...(cityData?.features ?? []), ...(countyData?.features ?? [])];
    return { type: "FeatureCollection" as const, features: all.filter((f) => wanted.has(f.properties.code)) };
  }, [codes, ofCities, ofCounties, cityData, countyData]);
  const refetch = () => void (cities.error ? cities.refetch() : counties.refetch());
  return { outlines, error: cities.error ?? counties.error, refetch };
}

export function MapPanel({ place, items, now_ms }: MapProps) {
  const { t } = useWords();
  const { outlines, error, refetch } = useOutlines(items);
  const bare = outlines !== null && outlines.features.length === 0;
  return (
    <Panel title={t("map.title")} now_ms={now_ms} live className="map" testid="map">
      {error ? (
        <Failed error={error} retry={refetch} />
      ) : bare ? (
        <Notice title={t("map.none")} />
      ) : (
        <MapCanvas place={place} items={items} outlines={outlines} />
      )}
      <MapFoot />
    </Panel>
  );
}

export function MapFoot() {
  const { t } = useWords();
  const { data } = useQuery(mapQuery);
  const [before, after] = t("map.source", { source: "\u0000" }).split("\u0000");
  return (
    <footer className="map-foot soft">
      <span>{t("map.legend")}</span>
      {data && (
        <span data-testid="map-source">
          {before}
          <span data-name="">{data.source}</span>
          {after} ·{" "}
          {data.approval_number != null ? (
            <>
              {t("map.approval", { number: "" })}
              <span data-name="">{data.approval_number}</span>
            </>
          ) : (
            t("map.approval.none")
          )}
        </span>
      )}
    </footer>
  );
}

/** ECharts rebuilds every outline for one changed figure; four times a second is heat, not news. */
const REPAINT_MS = 1000;

interface CanvasProps {
  place: PlaceRef;
  items: ChildPlace[];
  outlines: Outlines | null;
  /** Instead of the browser's own. */
  dressed?: ThemeName;
  /** Of what is written; it stays as it is while the map lives. */
  scale?: number;
}

export const MapCanvas = memo(function MapCanvas({ place, items, outlines, dressed, scale }: CanvasProps) {
  const { t, n } = useWords();
  const own = useCell(themeName);
  const theme = dressed ?? own;
  const navigate = useNavigate();
  const element = useRef<HTMLDivElement>(null);
  const map = useRef<PlaceMap | null>(null);
  const drawn = useRef("");
  const frame = useRef("");
  const painted_at = useRef(0);
  const [over, setOver] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart lives as long as its element
  useEffect(() => {
    if (!element.current) return;
    const box = element.current;
    const events = {
      open: (code: string) => navigate(placeLink(code)),
      over(code: string | null) {
        setOver(code);
        if (code) void client.prefetchQuery({ ...placeQuery(code), staleTime: 5_000 });
      },
      painted: () => {
        box.dataset.painted = drawn.current;
      },
    };
    const made = placeMap(box, events, scale);
    map.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box);
    return () => {
      observer.disconnect();
      made.dispose();
      map.current = null;
    };
  }, []);

  useEffect(() => {
    if (!map.current || !outlines) return undefined;
    const paint = () => {
      // Said before: what needs no picture to be loaded is painted, and told, within the call.
      drawn.current = place.code;
      map.current?.outline(place.code, outlines);
      map.current?.paint(items, theme, n);
      frame.current = wanted;
      painted_at.current = performance.now();
    };
    const wanted = `${place.code} ${theme}`;
    // Another place or theme is painted at once; a change within it at most once a second.
    const wait = frame.current === wanted ? painted_at.current + REPAINT_MS - performance.now() : 0;
    if (wait <= 0) {
      paint();
      return undefined;
    }
    const timer = window.setTimeout(paint, wait);
    return () => window.clearTimeout(timer);
  }, [place.code, outlines, items, theme, n]);

  const hovered = items.find((child) => child.code === over);
  return (
    <div className="map-box">
      <div
        ref={element}
        className="map-canvas"
        role="img"
        aria-label={t("map.label", { place: place.name })}
        data-name=""
        data-testid="map-canvas"
      />
      <ul className="sr-only">
        {items.map((child) => (
          <li key={child.code} data-testid={`region-${child.code}`} data-fail={child.counts.fail}>
            <span data-name="">{child.name}</span> {t("map.problem", { n: n(problems(child.counts)) })}
          </li>
        ))}
      </ul>
      {hovered && (
        <div className="map-over">
          <b data-name="">{hovered.name}</b>
          {CLASSES.map((c) => (
            <span key={c} className={`is-${c}`}>
              <Mark of={c} />
              {t(`class.${c}`)} <b className="num">{n(hovered.counts[c])}</b>
            </span>
          ))}
        </div>
      )}
    </div>
  );
});
