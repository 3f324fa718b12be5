// The wall of a roll call: a cell for each venue, by city. It scrolls where the cells would get too small to tell apart.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { RollCallCity, RollCallEntry } from "../api/names";
import type { Palette } from "../theme/tokens";
import { useWords } from "../words/words";
import { cellOf, entryAt, fitCell, type Group, gridOf, stepFrom } from "./grid";
import { percent } from "./replay";
import { Still } from "./Still";
import type { Sign } from "./sign";
import { type WallCanvas, wallCanvas } from "./wall_canvas";

interface WallProps {
  entries: readonly RollCallEntry[];
  signs: readonly Sign[];
  groups: readonly Group[];
  cities: readonly RollCallCity[];
  palette: Palette;
  selected: number | null;
  /** None: a picture alone. */
  select?: (entry: number | null) => void;
  /** Cells in CSS pixels; with `least` below what can be told apart, it never scrolls. */
  least: number;
  most: number;
  font: number;
}

export function Wall({ entries, signs, groups, cities, palette, selected, select, least, most, font }: WallProps) {
  const { t, n } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef<WallCanvas | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [over, setOver] = useState<{ entry: number; x: number; y: number } | null>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !canvas.current) return undefined;
    pen.current = wallCanvas(canvas.current);
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const grid = useMemo(() => {
    const frame = { width: size.width, cell: most, head: Math.round(font * 1.7), gap: Math.round(font * 0.4) };
    const cell = size.height === 0 ? least : fitCell(groups, frame, size.height, least, most);
    return gridOf(groups, { ...frame, cell });
  }, [groups, size, least, most, font]);

  const heading = useMemo(() => {
    const said = new Map(
      groups.map(({ code, name }) => {
        const city = cities.find((one) => one.place === code);
        const rate = city?.rate == null ? "" : ` · ${percent(city.rate)}%`;
        return [code, city ? `${name} · ${n(city.on_time + city.late)} / ${n(city.expected)}${rate}` : name];
      }),
    );
    return (code: string) => said.get(code) ?? code;
  }, [groups, cities, n]);

  const paint = useCallback(() => {
    const top = box.current?.scrollTop ?? 0;
    pen.current?.draw({ grid, signs, selected, palette, heading, font }, top);
  }, [grid, signs, selected, palette, heading, font]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new size is painted before it is seen
  useLayoutEffect(paint, [paint, size]);

  useEffect(() => {
    const element = box.current;
    if (!element || selected === null) return;
    const cell = cellOf(grid, selected);
    if (!cell) return;
    if (cell.y < element.scrollTop) element.scrollTop = Math.max(0, cell.y - grid.frame.head);
    else if (cell.y + grid.frame.cell > element.scrollTop + element.clientHeight)
      element.scrollTop = cell.y + 2 * grid.frame.cell - element.clientHeight;
  }, [grid, selected]);

  const at = (event: React.MouseEvent) => {
    const here = box.current?.getBoundingClientRect();
    if (!here) return null;
    const [x, y] = [event.clientX - here.left, event.clientY - here.top];
    const entry = entryAt(grid, x, y + (box.current?.scrollTop ?? 0));
    return entry === null ? null : { entry, x, y };
  };
  const name = over && entries[over.entry];
  const sign = over && signs[over.entry];
  return (
    <div className="call-wall-box">
      <div
        ref={box}
        className="call-wall"
        role="img"
        aria-label={t("call.wall.label", { n: n(entries.length) })}
        data-testid="call-wall"
        data-cell={grid.frame.cell}
        tabIndex={select ? 0 : undefined}
        onScroll={paint}
        onClick={(event) => select?.(at(event)?.entry ?? null)}
        onMouseMove={select && ((event) => setOver(at(event)))}
        onMouseLeave={() => setOver(null)}
        onKeyDown={(event) => {
          if (!select || !event.key.startsWith("Arrow")) return;
          event.preventDefault();
          event.stopPropagation();
          select(stepFrom(grid, selected, event.key));
        }}
      >
        <canvas ref={canvas} style={{ width: size.width, height: size.height }} />
        <div style={{ height: Math.max(0, grid.height - size.height) }} />
      </div>
      {over && name && sign && (
        <div
          className="call-wall-over"
          style={{
            left: Math.min(over.x + 14, Math.max(0, size.width - 340)),
            // With a still it is taller: then it lies above the pointer from the middle on.
            ...(over.y > (name.still ? size.height / 2 : size.height - 60)
              ? { bottom: size.height - over.y + 10 }
              : { top: over.y + 16 }),
          }}
        >
          <b data-name="">{name.name}</b>
          <span className="soft num">{name.venue ?? name.unit_id}</span>
          <span>{t(`call.sign.${sign}`)}</span>
          {name.still && <Still key={name.still} hash={name.still} name={name.name} />}
        </div>
      )}
    </div>
  );
}
