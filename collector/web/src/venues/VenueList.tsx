// The window over the list: only the rows in sight exist, and only their pages are asked for.
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import type { VenueRow } from "../api/names";
import { PAGE, type VenueFilter, venuesQuery } from "../api/queries";
import { listChanges } from "../live/cache";
import { isModal, isTyping } from "../shell/keys";
import { useCell } from "../state/cell";
import { useWords } from "../words/words";
import { ROW_HEIGHT, Row } from "./Row";
import { inSight, pagesOf } from "./window";

/** Sorted anew so often, but never under the operator's pointer or selection. */
const RESORT_MS = 20_000;
const HEAD_HEIGHT = 30;

export function VenueList({ filter, total }: { filter: VenueFilter; total: number }) {
  const { t, n } = useWords();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [selected, setSelected] = useState<number | null>(null);
  const [from, to] = inSight(view.top, view.height, ROW_HEIGHT, total);
  const pages = pagesOf(from, to, PAGE);
  const answers = useQueries({ queries: pages.map((page) => venuesQuery(filter, page)) });
  const rowAt = (index: number): VenueRow | undefined => {
    const page = pages.indexOf(Math.floor(index / PAGE));
    return answers[page]?.data?.items[index % PAGE];
  };
  const held = useResort(selected !== null, box);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const openRow = useCallback((id: string) => navigate(`/venues/${id}`), [navigate]);
  const current = useRef(rowAt);
  current.current = rowAt;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey) return;
      if (event.key === "Escape") setSelected(null);
      const step =
        event.key === "j" || event.key === "ArrowDown" ? 1 : event.key === "k" || event.key === "ArrowUp" ? -1 : 0;
      if (step !== 0) {
        event.preventDefault();
        setSelected((was) => Math.max(0, Math.min(total - 1, was === null ? 0 : was + step)));
      }
      if (event.key === "Enter" && selected !== null && !(event.target as HTMLElement).closest("a, button")) {
        const row = current.current(selected);
        if (row) openRow(row.id);
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [total, selected, openRow]);

  useEffect(() => {
    const element = box.current;
    if (!element || selected === null) return;
    const top = selected * ROW_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_HEIGHT > element.scrollTop + element.clientHeight - HEAD_HEIGHT) {
      element.scrollTop = top + ROW_HEIGHT + HEAD_HEIGHT - element.clientHeight;
    }
  }, [selected]);

  const rows = [];
  for (let index = from; index < to; index++) {
    rows.push(<Row key={index} index={index} row={rowAt(index)} selected={index === selected} open={openRow} />);
  }
  const first = Math.min(total, Math.floor(view.top / ROW_HEIGHT) + 1);
  const last = Math.min(total, Math.floor((view.top + view.height - HEAD_HEIGHT) / ROW_HEIGHT));
  return (
    <>
      <div
        ref={box}
        className="venue-window"
        role="grid"
        aria-label={t("venues.list")}
        aria-rowcount={total}
        data-testid="venue-list"
        tabIndex={-1}
        onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      >
        <Heads />
        <div style={{ height: total * ROW_HEIGHT, position: "relative" }}>{rows}</div>
      </div>
      <footer className="venues-foot num soft">
        <span>{t("venues.range", { from: n(first), to: n(Math.max(first, last)), total: n(total) })}</span>
        <span className="grow" />
        {held.changes > 0 && (
          <button type="button" className="plain" data-testid="resort" onClick={held.resort}>
            {t("venues.held", { n: n(held.changes) })}
          </button>
        )}
      </footer>
    </>
  );
}

function useResort(selected: boolean, box: React.RefObject<HTMLDivElement | null>) {
  const client = useQueryClient();
  const seen = useCell(listChanges);
  const [sorted_at, setSortedAt] = useState(() => listChanges.get());
  const resort = useCallback(() => {
    setSortedAt(listChanges.get());
    void client.invalidateQueries({ queryKey: ["venues"] });
  }, [client]);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!selected && !box.current?.matches(":hover")) resort();
    }, RESORT_MS);
    return () => window.clearInterval(timer);
  }, [selected, resort, box]);
  return { changes: seen - sorted_at, resort };
}

function Heads() {
  const { t } = useWords();
  return (
    <div className="venue-row is-head" aria-hidden="true">
      <span>{t("venues.column.state")}</span>
      <span>{t("venues.column.name")}</span>
      <span>{t("venues.column.place")}</span>
      <span>{t("venues.column.reason")}</span>
      <span>{t("venues.column.since")}</span>
      <span>{t("venues.column.last")}</span>
      <span>{t("venues.column.proven")}</span>
      <span>{t("venues.column.contact")}</span>
      <span>{t("venues.column.telephone")}</span>
    </div>
  );
}
