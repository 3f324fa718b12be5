// The wall by counties: a row for each city, a tile for each of its counties, those with stragglers first. A tile opens the county.
import { useQuery } from "@tanstack/react-query";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import type { RollCallCity, RollCallEntry } from "../api/names";
import { countiesQuery } from "../api/queries";
import { useWords } from "../words/words";
import { type County, type CountyRow, countyRows, inPlaceOf, worst } from "./counties";
import { percent } from "./replay";
import { SignMark } from "./SignMark";
import { PAINTS, SIGNS, type Sign } from "./sign";

/** How long the tiles stay where they are while answers come: somebody may be about to point at one. */
const HELD_MS = 4_000;

interface CountiesProps {
  chosen: readonly number[];
  entries: readonly RollCallEntry[];
  signs: readonly Sign[];
  cities: readonly RollCallCity[];
  /** None: a picture alone. */
  open?: (city: string, county: string) => void;
}

export function Counties({ chosen, entries, signs, cities, open }: CountiesProps) {
  const { t, n } = useWords();
  const { data: names } = useQuery(countiesQuery);
  const [over, setOver] = useState(false);
  const rows = useMemo(() => countyRows(chosen, entries, signs, cities), [chosen, entries, signs, cities]);
  const placed = useHeld(rows, over);
  const most = Math.max(1, ...placed.map(({ counties }) => counties.length));
  return (
    <div
      className="call-counties"
      data-testid="call-counties"
      style={{ "--counties": most } as React.CSSProperties}
      onPointerEnter={() => setOver(true)}
      onPointerLeave={() => setOver(false)}
    >
      {placed.map(({ city, counties }) => (
        <section key={city.place} aria-label={city.name}>
          <CityHead city={city} open={open && (() => open(city.place, ""))} />
          <div>
            {counties.map((county) => (
              <Tile
                key={county.code}
                county={county}
                name={county.code.length < 6 ? t("call.county.seat") : (names?.get(county.code) ?? county.code)}
                said={saidOf(county, t, n)}
                open={open && (() => open(city.place, county.code))}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

/** Where the tiles stand changes now and then, and never under the pointer. */
function useHeld(rows: readonly CountyRow[], over: boolean): readonly CountyRow[] {
  const held = useRef<readonly CountyRow[] | null>(null);
  const [turn, again] = useState(0);
  useEffect(() => {
    if (over) return undefined;
    const timer = window.setInterval(() => {
      held.current = null;
      again((was) => was + 1);
    }, HELD_MS);
    return () => window.clearInterval(timer);
  }, [over]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn lets go of the places
  return useMemo(() => {
    const placed = held.current === null ? rows : inPlaceOf(held.current, rows);
    held.current = placed;
    return placed;
  }, [rows, turn]);
}

function CityHead({ city, open }: { city: RollCallCity; open?: () => void }) {
  const { t } = useWords();
  const said = (
    <>
      <b data-name="">{city.name}</b>
      <span className="num">{city.rate === null ? "—" : `${percent(city.rate)}%`}</span>
    </>
  );
  return open ? (
    <button type="button" title={t("call.county.city")} data-testid={`counties-${city.place}`} onClick={open}>
      {said}
    </button>
  ) : (
    <h3>{said}</h3>
  );
}

function saidOf(
  { members, counts }: County,
  t: ReturnType<typeof useWords>["t"],
  n: ReturnType<typeof useWords>["n"],
): string {
  const parts = SIGNS.filter((sign) => counts[sign] > 0).map((sign) => `${t(`call.sign.${sign}`)} ${n(counts[sign])}`);
  return [t("call.county.venues", { n: n(members) }), ...parts].join(" · ");
}

interface TileProps {
  county: County;
  name: string;
  said: string;
  open?: () => void;
}

const Tile = memo(
  function Tile({ county, name, said, open }: TileProps) {
    const { n } = useWords();
    const first = worst(county);
    // Where there is little room 福清 stands for 福清市: two characters alone would not be a name any more.
    const stem = /^..+[市县区]$/.test(name) && name.length > 2 ? name.slice(0, -1) : name;
    const inside = (
      <>
        <span data-name="" className={stem.length > 2 ? "is-long" : undefined}>
          {stem}
          <span>{name.slice(stem.length)}</span>
        </span>
        <i aria-hidden="true">
          {SIGNS.map((sign) =>
            county.counts[sign] > 0 ? (
              <i
                key={sign}
                data-sign={sign}
                style={{ flexGrow: county.counts[sign], background: `var(--${PAINTS[sign]})` }}
              />
            ) : null,
          )}
        </i>
        <small className="num">
          <SignMark of={first?.sign ?? "on-time"} />
          {n(first?.n ?? county.members)}
        </small>
      </>
    );
    const sign = first?.sign ?? "on-time";
    if (!open) {
      return (
        <div className="call-county" data-sign={sign}>
          {inside}
        </div>
      );
    }
    return (
      <button
        type="button"
        className="call-county"
        data-sign={sign}
        data-testid={`county-${county.code}`}
        title={said}
        aria-label={`${name} · ${said}`}
        onClick={open}
      >
        {inside}
      </button>
    );
  },
  // What it says tells all that it shows.
  (was, is) => was.said === is.said && was.name === is.name && (was.open === undefined) === (is.open === undefined),
);
