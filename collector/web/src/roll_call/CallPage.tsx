// One roll call: while it is open its live wall, afterwards its record.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { ApiProblem } from "../api/fetch";
import { PROVINCE } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { isModal, isTyping } from "../shell/keys";
import { useCell } from "../state/cell";
import { themeName } from "../theme/appearance";
import { PALETTES } from "../theme/tokens";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { type Book, keyOf } from "./book";
import { CallHead } from "./CallHead";
import { Cities } from "./Cities";
import { Counties } from "./Counties";
import { Detail } from "./Detail";
import { useCall } from "./follow_call";
import { foundQuery } from "./kept_queries";
import { Legend, type View } from "./Legend";
import { ALL, groupsOf, isSpelt, stragglersFirst, type Wish, wished } from "./pick";
import { Replay } from "./Replay";
import { Rows } from "./Rows";
import { lengthOf, rateOf, standingAt, sumsOf, tallyOf } from "./replay";
import { type Seen, signOf } from "./sign";
import { Wall } from "./Wall";
import "../style/venues.css";
import "../style/roll_call.css";
import "../style/call.css";
import "../style/counties.css";

/** Cells of the wall: smaller, and shapes are no longer told apart. */
const LEAST_PX = 9;
const MOST_PX = 22;
/** More would have to scroll on a common screen. */
const MOST_CELLS = 3_000;

export function CallPage() {
  const { t } = useWords();
  const id = useParams().id ?? "";
  useFollow(PROVINCE);
  const { book, error, look } = useCall(id);
  if (!book && error) {
    const gone = error instanceof ApiProblem && (error.status === 404 || error.status === 400);
    if (!gone) return <Failed error={error} retry={look} />;
    return (
      <Notice title={t("call.missing")} next={t("call.missing.next", { id })} testid="not-found">
        <Link className="plain" to="/roll-call">
          {t("call.back")}
        </Link>
      </Notice>
    );
  }
  if (!book) return <Loading />;
  return <Call key={id} book={book} error={error} look={look} />;
}

/** How each stands now, or stood so long after the call. */
function useSeen(book: Book, at_ms: number | null): readonly Seen[] {
  return useMemo(() => {
    if (at_ms === null) return book.entries;
    const deadline_ms = book.call.until_ms - book.call.given_ms;
    const end_ms = (book.call.ended_ms ?? book.call.until_ms) - book.call.given_ms;
    return book.entries.map((entry) => standingAt(entry, at_ms, deadline_ms, end_ms));
  }, [book, at_ms]);
}

function Call({ book, error, look }: { book: Book; error: Error | null; look: () => void }) {
  const { t, n } = useWords();
  const palette = PALETTES[useCell(themeName)];
  const [wish, setWish] = useState<Wish>(ALL);
  const [venue, setVenue] = useState<string | null>(null);
  const [at_ms, setAt] = useState<number | null>(null);
  const { call, entries } = book;
  const [asked, setView] = useState<View | null>(null);
  const seen = useSeen(book, at_ms);
  const signs = useMemo(() => seen.map(signOf), [seen]);
  const then = useMemo(() => (at_ms === null ? null : sumsOf(entries, seen, at_ms)), [at_ms, entries, seen]);
  const tally = then?.all ?? call;
  const cities = useMemo(() => {
    if (then === null) return book.cities;
    return book.cities.map((city) => {
      const sums = then.cities.get(city.place) ?? tallyOf([]);
      return { ...city, ...sums, rate: rateOf(sums) };
    });
  }, [then, book.cities]);

  const by_sign = wish.signs.length > 0;
  // Without a wish for signs the wall's order never changes: then no answer moves a cell.
  const found = useFound(call.id, wish.text);
  const chosen = useMemo(
    () => wished(entries, by_sign ? signs : [], wish, found),
    [entries, by_sign, signs, wish, found],
  );
  const steady = useSteady(chosen);
  const groups = useMemo(() => groupsOf(steady, book.entries, book.cities), [steady, book.entries, book.cities]);
  const narrowed = wish.city !== "" || wish.county !== "" || wish.text !== "";
  const view = asked ?? (steady.length > MOST_CELLS && !narrowed ? "counties" : "venues");
  const openCounty = useCallback((city: string, county: string) => {
    setWish((was) => ({ ...was, city, county }));
    setView(null);
  }, []);
  // The list is sorted beside the wall's painting, not before it.
  const late = useDeferredValue(useMemo(() => ({ steady, entries, signs }), [steady, entries, signs]));
  const order = useMemo(() => stragglersFirst(late.steady, late.entries, late.signs), [late]);

  const selected = venue === null ? null : (book.at.get(venue) ?? null);
  const select = useCallback(
    (index: number | null) => setVenue(index === null || !entries[index] ? null : keyOf(entries[index])),
    [entries],
  );
  useKeys(order, selected, select);
  const entry = selected === null ? undefined : entries[selected];
  const how = selected === null ? undefined : seen[selected];
  return (
    <div className="call" data-testid="call" data-ready="call" data-open={call.ended_ms === null}>
      <CallHead call={call} tally={tally} look={look} />
      {error && (
        <p className="call-problem" role="alert">
          {t("call.problem.read", { time: timestamp(book.now_ms).slice(11) })}
        </p>
      )}
      {call.ended_ms !== null && <Replay length_ms={lengthOf(call, entries)} at_ms={at_ms} set={setAt} />}
      <div className="call-body">
        <Panel
          title={t("call.list")}
          note={t("call.list.note")}
          className="call-list"
          extra={
            <span className="num soft">
              {steady.length === entries.length
                ? n(entries.length)
                : t("call.filter.shown", { n: n(steady.length), of: n(entries.length) })}
            </span>
          }
        >
          <Rows order={order} entries={late.entries} seen={seen} selected={selected} select={select} />
        </Panel>
        <Panel title={t("call.wall")} now_ms={call.ended_ms === null ? book.now_ms : null} className="call-middle">
          <Legend view={view} show={setView} signs={signs} wish={wish} set={setWish} cities={book.cities} />
          {steady.length === 0 ? (
            <Notice title={t("call.wall.none")} next={t("call.wall.none.next")} />
          ) : view === "counties" ? (
            <Counties chosen={steady} entries={entries} signs={signs} cities={cities} open={openCounty} />
          ) : (
            <Wall
              entries={entries}
              signs={signs}
              groups={groups}
              cities={cities}
              palette={palette}
              selected={selected}
              select={select}
              least={LEAST_PX}
              most={MOST_PX}
              font={13}
            />
          )}
        </Panel>
        <Panel
          title={t(entry ? "call.detail" : "call.cities")}
          note={t(entry ? "call.detail.keys" : "call.detail.none")}
          className="call-side"
        >
          {entry && how ? (
            <Detail call={call} entry={entry} seen={how} close={() => setVenue(null)} done={look} />
          ) : (
            <Cities cities={cities} chosen={wish.city} choose={(city) => openCounty(city, "")} />
          )}
        </Panel>
      </div>
    </div>
  );
}

/** Whom the collector finds by pinyin or initials; undefined: nobody is looked for so. */
function useFound(id: number, text: string): ReadonlySet<string> | undefined {
  const sought = useDeferredValue(text.trim());
  const { data } = useQuery({ ...foundQuery(id, sought), enabled: isSpelt(sought) });
  return useMemo(() => (data && isSpelt(sought) ? new Set(data.codes) : undefined), [data, sought]);
}

/** The same list for the same members: what is laid out by it stays where it is. */
function useSteady(chosen: readonly number[]): readonly number[] {
  const [held, setHeld] = useState(chosen);
  const same = held.length === chosen.length && held.every((index, place) => chosen[place] === index);
  if (!same) setHeld(chosen);
  return same ? held : chosen;
}

/** j and k go through the list, Esc leaves the venue. */
function useKeys(order: readonly number[], selected: number | null, select: (entry: number | null) => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") select(null);
      if (event.key !== "j" && event.key !== "k") return;
      const place = selected === null ? -1 : order.indexOf(selected);
      const next = order[Math.max(0, Math.min(order.length - 1, place + (event.key === "j" ? 1 : -1)))];
      if (next !== undefined) select(next);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [order, selected, select]);
}
