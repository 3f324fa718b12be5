// The venues of a roll call in a row each, stragglers first; only those in sight exist.
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { RollCallEntry } from "../api/names";
import { Notice } from "../panels/Notice";
import { inSight } from "../venues/window";
import { useWords } from "../words/words";
import { keyOf } from "./book";
import { Signed } from "./SignMark";
import { type Seen, type Sign, signOf } from "./sign";
import { standingWord, told } from "./told";

const ROW_HEIGHT = 44;

interface RowsProps {
  order: readonly number[];
  entries: readonly RollCallEntry[];
  seen: readonly Seen[];
  selected: number | null;
  select: (entry: number) => void;
}

export function Rows({ order, entries, seen, selected, select }: RowsProps) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const at = selected === null ? -1 : order.indexOf(selected);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when another one is chosen, not when the chosen one moves
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // Back from a venue, the stragglers are in sight again.
    if (at < 0) element.scrollTop = 0;
    else if (at * ROW_HEIGHT < element.scrollTop) element.scrollTop = at * ROW_HEIGHT;
    else if ((at + 1) * ROW_HEIGHT > element.scrollTop + element.clientHeight)
      element.scrollTop = (at + 1) * ROW_HEIGHT - element.clientHeight;
  }, [selected]);
  const [from, to] = inSight(view.top, view.height, ROW_HEIGHT, order.length);
  const rows = [];
  for (let place = from; place < to; place++) {
    const index = order[place] as number;
    const entry = entries[index];
    const how = seen[index];
    if (!entry || !how) continue;
    rows.push(
      <Row
        key={keyOf(entry)}
        entry={entry}
        standing={how.standing}
        mode={how.mode}
        fault={how.fault}
        index={index}
        place={place}
        selected={index === selected}
        select={select}
      />,
    );
  }
  if (order.length === 0) return <Notice title={t("call.list.none")} next={t("call.wall.none.next")} />;
  return (
    <div
      ref={box}
      className="call-rows"
      role="listbox"
      aria-label={t("call.list")}
      tabIndex={-1}
      data-testid="call-rows"
      onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <div style={{ height: order.length * ROW_HEIGHT, position: "relative" }}>{rows}</div>
    </div>
  );
}

interface RowProps extends Seen {
  entry: RollCallEntry;
  index: number;
  place: number;
  selected: boolean;
  select: (entry: number) => void;
}

const Row = memo(function Row({ entry, standing, mode, fault, index, place, selected, select }: RowProps) {
  const { t } = useWords();
  const sign: Sign = signOf({ standing, mode, fault });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys choose rows
    <div
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      className={selected ? "call-row is-selected" : "call-row"}
      data-testid={`row-${keyOf(entry)}`}
      data-sign={sign}
      style={{ transform: `translateY(${place * ROW_HEIGHT}px)` }}
      onClick={() => select(index)}
    >
      <span className="call-row-name" data-name="" title={entry.name}>
        {entry.name}
      </span>
      <Signed of={sign} word={t(standingWord({ standing, mode, fault }))} />
      <span className="call-row-second">
        <Told entry={entry} seen={{ standing, mode, fault }} />
        {/* Rooms of different places often have the same name. */}
        <small className="soft num">{entry.venue ?? entry.unit_id}</small>
      </span>
    </div>
  );
});

export function Told({ entry, seen }: { entry: RollCallEntry; seen: Seen }) {
  const { t } = useWords();
  const said = told(entry, seen);
  return (
    <span
      className="call-row-told soft num"
      title={said.map(({ key, vars }) => t(key, vars)).join(" · ")}
      data-name={said.some(({ named }) => named) ? "" : undefined}
    >
      {said.map(({ key, vars, named }, at) => (
        <span key={key} data-name={named ? "" : undefined}>
          {at > 0 && " · "}
          {t(key, vars)}
        </span>
      ))}
    </span>
  );
}
