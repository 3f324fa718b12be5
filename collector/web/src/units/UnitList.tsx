// The window over the units: only the rows in sight exist, and only their pages are asked for. j and k choose, Esc lets go.
import { useQueries } from "@tanstack/react-query";
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { UnitItem } from "../api/names";
import { PAGE, unitsQuery } from "../api/queries";
import { isModal, isTyping } from "../shell/keys";
import { inSight, pagesOf } from "../venues/window";
import { useWords } from "../words/words";
import type { UnitQuestion } from "./units";

const ROW_HEIGHT = 36;
const HEAD_HEIGHT = 30;

interface UnitListProps {
  question: UnitQuestion;
  total: number;
  selected: string;
  /** Empty: none. */
  select: (code: string) => void;
}

export function UnitList({ question, total, selected, select }: UnitListProps) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [at, setAt] = useState<number | null>(null);
  const [from, to] = inSight(view.top, view.height, ROW_HEIGHT, total);
  const pages = pagesOf(from, to, PAGE);
  const answers = useQueries({ queries: pages.map((page) => unitsQuery(question, page)) });
  const rowAt = (index: number): UnitItem | undefined =>
    answers[pages.indexOf(Math.floor(index / PAGE))]?.data?.items[index % PAGE];
  const current = useRef(rowAt);
  current.current = rowAt;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") {
        setAt(null);
        select("");
      }
      const by =
        event.key === "j" || event.key === "ArrowDown" ? 1 : event.key === "k" || event.key === "ArrowUp" ? -1 : 0;
      if (by === 0) return;
      event.preventDefault();
      const next = Math.max(0, Math.min(total - 1, at === null ? 0 : at + by));
      setAt(next);
      const row = current.current(next);
      if (row) select(row.unit);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [at, total, select]);

  useEffect(() => {
    const element = box.current;
    if (!element || at === null) return;
    const top = at * ROW_HEIGHT;
    const room = element.clientHeight - HEAD_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_HEIGHT > element.scrollTop + room) element.scrollTop = top + ROW_HEIGHT - room;
  }, [at]);

  const rows = [];
  for (let index = from; index < to; index++) {
    const row = rowAt(index);
    rows.push(
      // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys choose rows
      <div
        key={index}
        role="row"
        tabIndex={-1}
        aria-rowindex={index + 2}
        aria-selected={row !== undefined && row.unit === selected}
        className={row && row.unit === selected ? "unit-row is-selected" : "unit-row"}
        data-testid={row && `unit-${row.unit}`}
        style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
        onClick={() => {
          setAt(index);
          if (row) select(row.unit);
        }}
      >
        {row && <Cells row={row} />}
      </div>,
    );
  }
  return (
    <div
      ref={box}
      className="unit-window"
      role="grid"
      aria-label={t("units.title")}
      aria-rowcount={total + 1}
      data-testid="unit-list"
      tabIndex={-1}
      onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <div className="unit-row is-head" aria-hidden="true">
        <span>{t("units.column.name")}</span>
        <span>{t("units.column.code")}</span>
        <span>{t("units.kind")}</span>
        <span className="figures">{t("units.column.rooms")}</span>
        <span>{t("units.column.contact")}</span>
        <span>{t("units.column.excluded")}</span>
      </div>
      <div style={{ height: total * ROW_HEIGHT, position: "relative" }}>{rows}</div>
    </div>
  );
}

const Cells = memo(function Cells({ row }: { row: UnitItem }) {
  const { t, n } = useWords();
  return (
    <>
      <b data-name="">{row.name}</b>
      <span className="num soft">{row.unit}</span>
      <span>{t(`units.kind.${row.kind}`)}</span>
      <span className={row.venues.length === 0 ? "figures num is-zero" : "figures num"}>
        {row.venues.length === 0 ? t("units.rooms.none") : n(row.venues.length)}
      </span>
      <span data-name="">
        {row.contact ?? "—"} {row.telephone && <span className="num soft">{row.telephone}</span>}
      </span>
      <span>
        {row.exclusion !== null && (
          <>
            <b className="tag">{t("units.excluded")}</b> <span data-name="">{row.exclusion}</span>
          </>
        )}
      </span>
    </>
  );
});
