// The table: a row each, a column a period, a cursor that keys move.
import { memo, useEffect, useRef, useState } from "react";
import type { BoardAnswer, BoardCell, BoardCity, BoardPeriod, BoardRow, BoardSums } from "../api/names";
import { isModal, isTyping } from "../shell/keys";
import { timestamp } from "../time/age";
import { useWords, type Words } from "../words/words";
import { type Cursor, current, monthsOf, moved, OWED_MARK, OWED_STATES, rate, worst } from "./board";
import { StateMark } from "./ObligationsPage";

interface BoardProps {
  data: BoardAnswer;
  open: (row: BoardRow, period: BoardPeriod) => void;
  turn: (by: number) => void;
  /** Shows one city alone. */
  choose: (place: string) => void;
}

export function periodName(t: Words["t"], period: BoardPeriod): string {
  const [from, to] = monthsOf(period);
  if (period.months === 12) return t("owed.year", { year: period.first.slice(0, 4) });
  return from === to ? t("owed.month", { month: from }) : t("owed.months", { from, to });
}

export function everyOf(t: Words["t"], every: number | null): string {
  if (every === null) return t("owed.rules.never");
  if (every === 1) return t("owed.rules.monthly");
  return every === 12 ? t("owed.rules.yearly") : t("owed.rules.every", { n: every });
}

export function Board({ data, open, turn, choose }: BoardProps) {
  const { t } = useWords();
  const on = current(data.periods, data.now_ms);
  const cursor = useCursor(data, on, open, turn);
  const [cities, setCities] = useState(true);
  const several = data.cities.length > 1;
  return (
    <table className="grid-table obligations-table">
      <thead>
        <tr>
          <th scope="col">{t(`owed.of.${data.of}`)}</th>
          {data.periods.map((period, at) => (
            <th key={period.first} scope="col" aria-current={at === on ? "date" : undefined}>
              {periodName(t, period)}
            </th>
          ))}
        </tr>
        <tr className="obligations-sums" data-testid="owed-sums">
          <th scope="row">
            {t("owed.sums")}{" "}
            {several && (
              <button
                type="button"
                className="plain"
                aria-expanded={cities}
                data-testid="owed-cities"
                onClick={() => setCities(!cities)}
              >
                {t("owed.cities")} {cities ? "▴" : "▾"}
              </button>
            )}
          </th>
          <Sums all={data.sums} periods={data.periods} />
        </tr>
      </thead>
      {several && cities && (
        <tbody className="obligations-cities">
          {data.cities.map((city) => (
            <City key={city.place} city={city} periods={data.periods} choose={choose} />
          ))}
        </tbody>
      )}
      <tbody>
        {data.items.map((row, at) => (
          <Row
            key={row.subject}
            row={row}
            periods={data.periods}
            column={cursor?.row === at ? cursor.column : null}
            open={open}
          />
        ))}
      </tbody>
    </table>
  );
}

/** Keys move it, Enter opens what it is at, Esc lets go, brackets turn pages. */
function useCursor(data: BoardAnswer, on: number, open: BoardProps["open"], turn: BoardProps["turn"]): Cursor | null {
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const latest = useRef({ data, cursor, open, turn, on });
  latest.current = { data, cursor, open, turn, on };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      const { data, cursor, open, turn, on } = latest.current;
      const size = { row: data.items.length, column: data.periods.length };
      const next = moved(cursor, event.key, size, on);
      if (next) {
        event.preventDefault();
        // The link that led here keeps the focus: Enter is meant for the cursor from now on.
        (document.activeElement as HTMLElement | null)?.blur();
        setCursor(next);
      } else if (event.key === "Escape") {
        setCursor(null);
      } else if (event.key === "[" || event.key === "]") {
        turn(event.key === "[" ? -1 : 1);
      } else if (event.key === "Enter" && cursor && !(event.target as HTMLElement).closest("a, button")) {
        // The dialogue takes the focus at once: the same key must not press its first button.
        event.preventDefault();
        const [row, period] = [data.items[cursor.row], data.periods[cursor.column]];
        if (row && period) open(row, period);
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  return cursor;
}

function Sums({ all, periods }: { all: readonly BoardSums[]; periods: readonly BoardPeriod[] }) {
  const { t, n } = useWords();
  return all.map((sums, at) => {
    const of = rate(sums);
    const told = OWED_STATES.filter((state) => sums[state] > 0);
    const title = told.map((state) => `${t(`owed.state.${state}`)} ${n(sums[state])}`).join(" · ");
    const state = worst(sums);
    return (
      <td key={periods[at]?.first} className="num" title={title}>
        {state && <StateMark state={state} />} {of ? t("owed.rate", { done: n(of.done), owed: n(of.owed) }) : "—"}
      </td>
    );
  });
}

interface CityProps {
  city: BoardCity;
  periods: readonly BoardPeriod[];
  choose: (place: string) => void;
}

/** What the counties or rooms of a city owe together. */
function City({ city, periods, choose }: CityProps) {
  const { t, n } = useWords();
  return (
    <tr className="obligations-sums" data-testid={`city-${city.place}`}>
      <th scope="row">
        <button type="button" className="plain" data-name="" onClick={() => choose(city.place)}>
          {city.name}
        </button>{" "}
        <small className="soft num">{t("owed.city.count", { n: n(city.owing) })}</small>
      </th>
      <Sums all={city.sums} periods={periods} />
    </tr>
  );
}

interface RowProps {
  row: BoardRow;
  periods: readonly BoardPeriod[];
  /** Where the cursor is in it. */
  column: number | null;
  open: BoardProps["open"];
}

const Row = memo(function Row({ row, periods, column, open }: RowProps) {
  const { t } = useWords();
  const own = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (column !== null) own.current?.scrollIntoView({ block: "nearest" });
  }, [column]);
  return (
    <tr ref={own} data-testid={`owes-${row.subject}`} className={column === null ? undefined : "is-selected"}>
      <th scope="row">
        <span data-name="">{row.name}</span> <small className="soft num">{row.subject}</small>
        {row.excused && (
          <small className="soft">
            {" "}
            {t("owed.state.excused")} <span data-name="">{row.excused}</span>
          </small>
        )}
        {row.place && (
          <small className="soft" data-name="">
            {" "}
            {row.place}
          </small>
        )}
      </th>
      {row.cells.map((cell, at) => (
        <td key={periods[at]?.first} data-state={cell.state} className={at === column ? "is-cursor" : undefined}>
          <button
            type="button"
            className={`owed-cell state is-${OWED_MARK[cell.state] ?? "never"}`}
            title={t(`owed.means.${cell.state}`)}
            onClick={() => {
              const period = periods[at];
              if (period) open(row, period);
            }}
          >
            <StateMark state={cell.state} />
            {t(`owed.state.${cell.state}`)}
            <Told cell={cell} />
          </button>
        </td>
      ))}
    </tr>
  );
});

/** The day of the newest test that counts and how many there are, or that somebody's word is awaited. */
function Told({ cell }: { cell: BoardCell }) {
  const { t, n } = useWords();
  if (cell.half) return <small>{t("owed.half")}</small>;
  if (cell.state !== "done" || cell.at_ms === null) return null;
  if (cell.correcting) return <small data-testid="cell-correcting">{t("owed.correcting")}</small>;
  return (
    <small className="num">
      {timestamp(cell.at_ms).slice(5, 10)}
      {cell.count > 1 && ` · ${t("owed.count", { n: n(cell.count) })}`}
    </small>
  );
}
