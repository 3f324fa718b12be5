// The venues of a run, what needs a look first: narrowed and paged by the collector, drawn through a window.
import { useQueries } from "@tanstack/react-query";
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Conclusion, RunAnswer, RunVenue } from "../api/names";
import { PAGE, type RunVenuesFilter, runVenuesQuery } from "../api/queries";
import { Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { SearchField } from "../panels/SearchField";
import { isModal, isTyping } from "../shell/keys";
import { Mark, State } from "../state/Mark";
import { useNewest } from "../state/use_newest";
import { inSight, pagesOf } from "../venues/window";
import { isKey, useWords } from "../words/words";
import { ALL, type Look, NO_STAGE } from "./look";
import type { Turn } from "./RunPage";
import { CONCLUSION_MARK, CONCLUSIONS } from "./run";

const ROW_HEIGHT = 48;

interface VenuesProps {
  id: string;
  answer: RunAnswer;
  look: Look;
  turn: Turn;
  open: boolean;
}

export function Venues({ id, answer, look, turn, open }: VenuesProps) {
  const { t, n } = useWords();
  const { conclusion, place, blamed, untested, q } = look;
  const filter = { conclusion, place, blamed, untested, q };
  const [first] = useQueries({ queries: [runVenuesQuery(id, filter, 0, open)] });
  const total = first?.data?.total;
  return (
    <Panel
      title={t("inspect.venues")}
      note={t("inspect.venues.note")}
      className="call-list run-list"
      extra={total !== undefined && <span className="num soft">{t("problems.venues", { n: n(total) })}</span>}
    >
      <Narrow answer={answer} look={look} turn={turn} />
      {total === 0 ? (
        <Notice title={t("inspect.venues.none")} next={t("inspect.venues.none.next")}>
          <button type="button" className="plain" onClick={() => turn(ALL)}>
            {t("owed.clear")}
          </button>
        </Notice>
      ) : (
        <List
          key={JSON.stringify(filter)}
          id={id}
          filter={filter}
          total={total ?? 0}
          open={open}
          venue={look.venue}
          turn={turn}
        />
      )}
    </Panel>
  );
}

function Narrow({ answer, look, turn }: Pick<VenuesProps, "answer" | "look" | "turn">) {
  const { t, n } = useWords();
  const place = [...answer.cities, ...answer.counties].find((one) => one.place === look.place);
  const toggle = (one: Conclusion) => turn({ conclusion: look.conclusion === one ? "" : one });
  return (
    <div className="call-legend">
      {CONCLUSIONS.filter((one) => answer.run.tally[one] > 0 || look.conclusion === one).map((one) => (
        <button
          key={one}
          type="button"
          className="call-chip"
          aria-pressed={look.conclusion === one}
          data-testid={`only-${one}`}
          onClick={() => toggle(one)}
        >
          <Mark of={CONCLUSION_MARK[one]} />
          {t(`inspect.conclusion.${one}`)} <b className="num">{n(answer.run.tally[one])}</b>
        </button>
      ))}
      <SearchField
        q={look.q}
        ask={(q) => turn({ q })}
        label={t("owed.search.label")}
        hint={t("owed.search")}
        testid="run-search"
      />
      {look.place !== "" && (
        <button type="button" className="plain" data-testid="clear-place" onClick={() => turn({ place: "" })}>
          <span data-name="">{place?.name ?? look.place}</span> ×
        </button>
      )}
      {look.blamed !== "" && (
        <button type="button" className="plain" data-testid="clear-stage" onClick={() => turn({ blamed: "" })}>
          {look.blamed === NO_STAGE ? t("inspect.stage.none") : <span data-name="">{look.blamed}</span>} ×
        </button>
      )}
      {look.untested !== "" && (
        <button type="button" className="plain" data-testid="clear-why" onClick={() => turn({ untested: "" })}>
          {t(`inspect.why.${look.untested}`)} ×
        </button>
      )}
    </div>
  );
}

interface ListProps {
  id: string;
  filter: RunVenuesFilter;
  total: number;
  open: boolean;
  venue: string;
  turn: Turn;
}

function List({ id, filter, total, open, venue, turn }: ListProps) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [from, to] = inSight(view.top, view.height, ROW_HEIGHT, total);
  const pages = pagesOf(from, to, PAGE);
  const answers = useQueries({ queries: pages.map((page) => runVenuesQuery(id, filter, page, open)) });
  const rowAt = (index: number): RunVenue | undefined =>
    answers[pages.indexOf(Math.floor(index / PAGE))]?.data?.items[index % PAGE];
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const latest = useRef({ rowAt, from, to });
  latest.current = { rowAt, from, to };
  const chosen = useNewest(venue);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") {
        chosen.choose("");
        turn({ venue: "" });
      }
      if (event.key !== "j" && event.key !== "k") return;
      const { rowAt, from, to } = latest.current;
      const venue = chosen.get();
      const held = Array.from({ length: to - from }, (_, n) => from + n);
      const at = held.find((index) => rowAt(index)?.venue === venue);
      const next =
        at === undefined ? Math.ceil((box.current?.scrollTop ?? 0) / ROW_HEIGHT) : at + (event.key === "j" ? 1 : -1);
      const row = rowAt(next);
      if (!row || !box.current) return;
      chosen.choose(row.venue);
      turn({ venue: row.venue });
      const top = next * ROW_HEIGHT;
      if (top < box.current.scrollTop) box.current.scrollTop = top;
      else if (top + ROW_HEIGHT > box.current.scrollTop + box.current.clientHeight)
        box.current.scrollTop = top + ROW_HEIGHT - box.current.clientHeight;
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [turn, chosen]);
  const rows = [];
  for (let index = from; index < to; index++) {
    const row = rowAt(index);
    rows.push(
      row ? (
        <Row key={row.venue} row={row} index={index} chosen={row.venue === venue} turn={turn} />
      ) : (
        <div key={index} className="call-row" style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }} />
      ),
    );
  }
  return (
    <div
      ref={box}
      className="call-rows"
      role="listbox"
      aria-label={t("inspect.venues")}
      data-testid="run-venues"
      tabIndex={-1}
      onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <div style={{ height: total * ROW_HEIGHT, position: "relative" }}>{rows}</div>
    </div>
  );
}

interface RowProps {
  row: RunVenue;
  index: number;
  chosen: boolean;
  turn: Turn;
}

const Row = memo(function Row({ row, index, chosen, turn }: RowProps) {
  const { t, finding } = useWords();
  const [worst] = row.bad;
  const open = row.conclusion === "open";
  const asking = `inspect.asking.${row.asking}`;
  const reason = open
    ? t(isKey(asking) ? asking : "inspect.asking.waits", { done: row.items_done, all: row.items })
    : row.conclusion === "unfilled"
      ? t("inspect.filled.of", { done: row.filled, all: row.manual })
      : row.reason !== null
        ? t(`inspect.why.${row.reason}`)
        : row.conclusion === "incomplete"
          ? t("inspect.incomplete.unknown")
          : worst && finding(worst.finding, "fail").cause;
  return (
    <div
      role="option"
      aria-selected={chosen}
      tabIndex={-1}
      className={chosen ? "call-row is-selected" : "call-row"}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
      data-testid={`venue-${row.venue}`}
      data-conclusion={row.conclusion}
      onClick={() => turn({ venue: row.venue })}
      onKeyDown={(event) => event.key === "Enter" && turn({ venue: row.venue })}
    >
      <span className="call-row-name" data-name="" title={row.name}>
        {row.name}
      </span>
      <State of={CONCLUSION_MARK[row.conclusion]} word={t(`inspect.conclusion.${row.conclusion}`)} />
      <span className="call-row-second">
        <span className="call-row-told soft" data-name="" title={row.place_name}>
          {row.place_name}
        </span>
        <small title={reason || undefined}>
          {reason}
          {row.asked > 1 && ` · ${t("inspect.asked", { n: row.asked })}`}
        </small>
      </span>
    </div>
  );
});
