// One unit: what it is, who is above it, whom to telephone, its rooms and how they stand, and which of them share equipment.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { UnitItem } from "../api/names";
import { placeQuery, unitQuery, unitsBelowQuery, venueQuery } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { standing } from "../state/classes";
import { State } from "../state/Mark";
import { useNames } from "../state/use_names";
import { Telephone } from "../venues/Telephone";
import { useWords } from "../words/words";

/** Rooms that are asked about one by one; a unit has one or two, a ministry's may have many. */
const ROOMS = 20;

export function UnitDetail({ code, select }: { code: string; select: (code: string) => void }) {
  const { data, error, refetch } = useQuery(unitQuery(code));
  if (error && !data) return <Failed error={error} retry={refetch} code={code} />;
  if (!data) return <Loading />;
  return <Unit key={data.unit} unit={data} select={select} />;
}

function Unit({ unit, select }: { unit: UnitItem; select: (code: string) => void }) {
  const { t } = useWords();
  const parent = useQuery({ ...unitQuery(unit.parent ?? ""), enabled: unit.parent !== null });
  const named = useNames(unit.shares.flat());
  const place = useQuery({ ...placeQuery(unit.place ?? ""), refetchInterval: false, enabled: unit.place !== null });
  return (
    <section className="unit-detail" data-testid="unit-detail" data-unit={unit.unit}>
      <h3 data-name="">{unit.name}</h3>
      {unit.exclusion !== null && (
        <p className="call-said" data-testid="unit-excluded">
          <b>{t("units.excluded")}</b>
          <span>
            {t("units.excluded.why")} <span data-name="">{unit.exclusion}</span>
          </span>
        </p>
      )}
      <dl className="call-facts">
        <dt>{t("units.column.code")}</dt>
        <dd className="num">{unit.unit}</dd>
        <dt>{t("units.kind")}</dt>
        <dd>{t(`units.kind.${unit.kind}`)}</dd>
        <dt>{t("units.parent")}</dt>
        <dd>
          {unit.parent === null ? (
            <span className="soft">{t("units.parent.none")}</span>
          ) : (
            <button
              type="button"
              className="plain"
              data-name=""
              data-testid="unit-parent"
              onClick={() => select(unit.parent as string)}
            >
              {parent.data?.name ?? unit.parent}
            </button>
          )}
        </dd>
        <dt>{t("units.place")}</dt>
        <dd>
          {unit.place === null ? (
            <span className="soft">{t("units.place.none")}</span>
          ) : (
            <Link to={`/venues?place=${unit.place}`} data-name="">
              {place.data ? place.data.path.map(({ name }) => name).join(" ") : unit.place}
            </Link>
          )}
        </dd>
        <dt>{t("call.detail.contact")}</dt>
        <dd>
          <span className="call-contact">
            <b data-name="">{unit.contact ?? "—"}</b> <Telephone telephone={unit.telephone} />
          </span>
        </dd>
      </dl>
      {unit.below > 0 && <UnitsBelow unit={unit} select={select} />}
      <Rooms unit={unit} />
      {unit.shares.length > 0 && (
        <>
          <h4>{t("units.shares")}</h4>
          <p className="soft">{t("units.shares.what")}</p>
          <ul className="unit-shares" data-testid="unit-shares">
            {unit.shares.map((group) => (
              <li key={group.join()}>
                {group.map((venue, place) => (
                  <span key={venue}>
                    {place > 0 && " + "}
                    <Link to={`/venues/${venue}`}>
                      {named(venue) !== venue && <b data-name="">{named(venue)} </b>}
                      <span className="num soft">{venue}</span>
                    </Link>
                    {!unit.venues.includes(venue) && <small className="soft"> {t("units.shares.other")}</small>}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The units right below this one, a page at most; each opens. */
function UnitsBelow({ unit, select }: { unit: UnitItem; select: (code: string) => void }) {
  const { t, n } = useWords();
  const { data, error, refetch } = useQuery(unitsBelowQuery(unit.unit));
  return (
    <>
      <h4>
        {t("units.below")} <span className="num soft">{n(unit.below)}</span>
      </h4>
      {error && !data && <Failed error={error} retry={refetch} code={unit.unit} />}
      <ul className="unit-below" data-testid="unit-below">
        {data?.items.map((one) => (
          <li key={one.unit}>
            <button type="button" className="plain" onClick={() => select(one.unit)}>
              <span data-name="">{one.name}</span>
            </button>{" "}
            <small className="soft">
              {t(`units.kind.${one.kind}`)}
              {one.below > 0 && ` · ${t("units.below.count", { n: n(one.below) })}`}
              {one.exclusion !== null && ` · ${t("units.excluded")}`}
            </small>
          </li>
        ))}
      </ul>
      {data && data.total > data.items.length && (
        <p className="soft">{t("units.below.more", { n: n(data.items.length), total: n(data.total) })}</p>
      )}
    </>
  );
}

function Rooms({ unit }: { unit: UnitItem }) {
  const { t, n } = useWords();
  const [all, setAll] = useState(false);
  const shown = all ? unit.venues : unit.venues.slice(0, ROOMS);
  const asked = shown.slice(0, ROOMS);
  const answers = useQueries({ queries: asked.map((venue) => ({ ...venueQuery(venue), staleTime: 10_000 })) });
  return (
    <>
      <h4>
        {t("units.rooms")} <span className="num soft">{n(unit.venues.length)}</span>
      </h4>
      {unit.venues.length === 0 && <p className="soft">{t("units.rooms.none.next")}</p>}
      <ul className="unit-rooms">
        {shown.map((venue, place) => {
          const known = answers[place]?.data?.venue;
          return (
            <li key={venue}>
              {known && <State of={standing({ class: known.class, why: known.why })} />}
              <Link to={`/venues/${venue}`}>
                {known && <b data-name="">{known.name} </b>}
                <span className="num soft">{venue}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      {unit.venues.length > shown.length && (
        <button type="button" className="plain" onClick={() => setAll(true)}>
          {t("units.rooms.more", { n: n(unit.venues.length - shown.length) })}
        </button>
      )}
    </>
  );
}
