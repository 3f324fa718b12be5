// The roll call on the big screen: the clock, the sums, who does not answer, and a tile of cells for each city.
import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { venueQuery } from "../api/queries";
import { placeBelow } from "../overview/where";
import { type Book, keyOf } from "../roll_call/book";
import { Counties } from "../roll_call/Counties";
import type { Group } from "../roll_call/grid";
import { Title } from "../roll_call/History";
import { groupsOf, stragglersFirst } from "../roll_call/pick";
import { Told } from "../roll_call/Rows";
import { percent } from "../roll_call/replay";
import { SignMark } from "../roll_call/SignMark";
import { Clock, Progress, Sums } from "../roll_call/Sums";
import { type Sign, signOf } from "../roll_call/sign";
import { Wall } from "../roll_call/Wall";
import { useCell } from "../state/cell";
import { PALETTES, type ThemeName } from "../theme/tokens";
import { second } from "../time/clock";
import { useWords } from "../words/words";
import { mosaic } from "./mosaic";
import { pageOf } from "./turn";
import "../style/call.css";
import "../style/counties.css";

/** CSS pixels on 1080p. */
const MOST_PX = 16;
const LEAST_PX = 2;
const TOLD_PX = 10;
const HEAD_PX = 30;
const GAP_PX = 14;
/** A heading needs so much. */
const TILE_PX = 182;
const STRAGGLERS = 3;
const PAGE_S = 5;

interface WallCallProps {
  book: Book;
  theme: ThemeName;
  scale: number;
}

export function WallCall({ book, theme, scale }: WallCallProps) {
  const { t } = useWords();
  const { call, entries } = book;
  const signs = useMemo(() => entries.map(signOf), [entries]);
  return (
    <section className="wall-call" data-testid="wall-call" data-open={call.ended_ms === null}>
      <header>
        <Clock call={call} />
        <div className="call-what">
          <h2>
            {t(call.ended_ms === null ? "wall.call.open" : "wall.call.newest")}
            <Title call={call} />
          </h2>
          <Progress tally={call} />
          <Sums tally={call} proof={call.depth === "proven"} />
        </div>
        <p className="wall-rate">
          <small>{t("call.sum.rate")}</small>
          <b className="num">{call.rate === null ? "—" : `${percent(call.rate)}%`}</b>
        </p>
      </header>
      <Stragglers book={book} signs={signs} />
      <Cities book={book} signs={signs} theme={theme} scale={scale} />
    </section>
  );
}

/** Names, a few at a time, of those that somebody has to telephone. */
function Stragglers({ book, signs }: { book: Book; signs: readonly Sign[] }) {
  const { entries } = book;
  const order = useMemo(() => {
    const open = (sign: Sign | undefined) => sign === "silent" || sign === "waiting";
    const chosen = entries.flatMap((_, index) => (open(signs[index]) ? [index] : []));
    return stragglersFirst(chosen, entries, signs);
  }, [entries, signs]);
  const page = useCell(second, (tick) => Math.floor(tick / PAGE_S));
  return (
    <ul className="wall-stragglers" data-testid="wall-stragglers">
      {pageOf(order, STRAGGLERS, page, 1).map((index) => {
        const entry = entries[index];
        const sign = signs[index];
        if (!entry || !sign) return null;
        return (
          <li key={keyOf(entry)}>
            <SignMark of={sign} />
            <b data-name="">
              {entry.venue !== null && <Where venue={entry.venue} />} {entry.name}
            </b>
            <Told entry={entry} seen={entry} />
          </li>
        );
      })}
    </ul>
  );
}

/** Its county and town: many rooms have the same name. */
function Where({ venue }: { venue: string }) {
  const { data } = useQuery({ ...venueQuery(venue), refetchInterval: false, staleTime: Number.POSITIVE_INFINITY });
  return <>{data ? placeBelow(data.venue.place_name, []) : venue}</>;
}

interface CitiesProps extends WallCallProps {
  signs: readonly Sign[];
}

function Cities({ book, signs, theme, scale }: CitiesProps) {
  const { n } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // Who is called, and in which city, does not change while the call goes on. The largest city first: so the rows fill best.
  const members = book.at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const groups = useMemo(() => {
    const all = book.entries.map((_, index) => index);
    return groupsOf(all, book.entries, book.cities)
      .sort((a, b) => b.members.length - a.members.length)
      .map((group): readonly [Group] => [group]);
  }, [members]);
  const layout = useMemo(() => {
    const frame = {
      ...size,
      gap: GAP_PX * scale,
      head: HEAD_PX * scale,
      narrowest: TILE_PX * scale,
      least: LEAST_PX,
      most: Math.round(MOST_PX * scale),
    };
    return mosaic(
      groups.map(([group]) => group.members.length),
      frame,
    );
  }, [groups, size, scale]);
  // Smaller, and nobody tells shapes apart from five metres: then a tile stands for a county.
  const by_county = layout.cell < TOLD_PX * scale;
  const all = useMemo(() => [...members.values()], [members]);
  return (
    <div ref={box} className="wall-cities" data-testid="wall-cities" data-cell={layout.cell}>
      {size.width > 0 && by_county && (
        <Counties chosen={all} entries={book.entries} signs={signs} cities={book.cities} />
      )}
      {size.width > 0 &&
        !by_county &&
        layout.places.map(({ index, ...place }) => {
          const group = groups[index];
          if (!group) return null;
          const [{ code, name }] = group;
          const city = book.cities.find((one) => one.place === code);
          const open = city ? city.silent + city.waiting + city.heard : 0;
          return (
            <section key={code} style={place}>
              <h3 style={{ height: HEAD_PX * scale }}>
                <span data-name="">{name}</span>
                {city && (
                  <span className="num">
                    {city.rate === null ? "—" : `${percent(city.rate)}%`}
                    {open > 0 && (
                      <em>
                        <SignMark of={city.silent > 0 ? "silent" : "waiting"} />
                        {n(open)}
                      </em>
                    )}
                  </span>
                )}
              </h3>
              <Wall
                entries={book.entries}
                signs={signs}
                groups={group}
                cities={book.cities}
                palette={PALETTES[theme]}
                selected={null}
                least={layout.cell}
                most={layout.cell}
                font={0}
              />
            </section>
          );
        })}
    </div>
  );
}
