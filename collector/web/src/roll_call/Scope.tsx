// Whom to call: the whole province, cities, or what the search finds; chips say what is chosen.
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import { PROVINCE, placeQuery, unitsQuery, venuesQuery } from "../api/queries";
import { useNames } from "../state/use_names";
import { useWords } from "../words/words";
import { type Chosen, isPlace, isVenue, MOST_PLACES, MOST_VENUES, offered, unitFound, withChosen } from "./form";

/** So many units are offered beside places and venues. */
const UNITS = 4;

interface ScopeProps {
  of: "include" | "except";
  chosen: readonly Chosen[];
  set: (chosen: readonly Chosen[]) => void;
  /** What it is called where nobody is called. */
  word?: string;
  /** Neither venues nor units. */
  places?: boolean;
}

export function Scope({ of, chosen, set, word, places: only = false }: ScopeProps) {
  const { t, n } = useWords();
  const { data } = useQuery(placeQuery(PROVINCE));
  const label = useId();
  const province = chosen.some((one) => one.code === PROVINCE);
  const add = (one: Chosen) => set(withChosen(chosen, one));
  const toggle = (one: Chosen) => {
    const has = chosen.some((other) => other.code === one.code);
    set(has ? chosen.filter((other) => other.code !== one.code) : withChosen(province ? [] : chosen, one));
  };
  const places = chosen.filter(isPlace).length;
  const full = places > MOST_PLACES || chosen.filter(isVenue).length > MOST_VENUES;
  const cities = data?.children ?? [];
  return (
    <div className="call-scope" data-testid={`scope-${of}`}>
      <b id={label}>{word ?? t(`call.scope.${of}`)}</b>
      <div className="chips" role="group" aria-labelledby={label}>
        {of === "include" && data && (
          <button
            type="button"
            className="plain"
            aria-pressed={province}
            data-testid="scope-province"
            onClick={() => set(province ? [] : [{ code: PROVINCE, name: data.place.name, within: "" }])}
          >
            {t("call.scope.province")} <small className="num">{n(data.counts.venues + data.counts.never)}</small>
          </button>
        )}
        {cities.map((city) => (
          <button
            key={city.code}
            type="button"
            className="plain"
            aria-pressed={chosen.some((one) => one.code === city.code)}
            data-testid={`scope-${of}-${city.code}`}
            onClick={() => toggle({ code: city.code, name: city.name, within: "" })}
          >
            <span data-name="">{city.name}</span>
          </button>
        ))}
      </div>
      <Search
        of={of}
        rooms={of === "include" && !only}
        add={(one) => (province && of === "include" ? set([one]) : add(one))}
      />
      <Chips
        chosen={chosen.filter((one) => one.code !== PROVINCE && !cities.some((c) => c.code === one.code))}
        set={set}
        all={chosen}
      />
      {full && (
        <p className="call-problem" role="alert">
          {t("call.scope.many", { places: MOST_PLACES, venues: n(MOST_VENUES) })}
        </p>
      )}
    </div>
  );
}

interface ChipsProps {
  chosen: readonly Chosen[];
  all: readonly Chosen[];
  set: (chosen: readonly Chosen[]) => void;
}

/** What no button above stands for. */
function Chips({ chosen, all, set }: ChipsProps) {
  const { t } = useWords();
  const isBare = (one: Chosen) => one.name === one.code;
  const bare = chosen.filter(isBare);
  const codes = (units: boolean) => bare.filter((one) => (one.unit === true) === units).map((one) => one.code);
  const named = useNames(codes(false), codes(true));
  if (chosen.length === 0) return null;
  const told = (one: Chosen) => (isBare(one) ? named(one.code) : one.name);
  return (
    <ul className="chips" aria-label={t("call.scope.chosen")}>
      {chosen.map((one) => (
        <li key={one.code}>
          <button
            type="button"
            className="plain call-chosen"
            aria-label={`${t("call.scope.remove")} ${told(one)}`}
            title={one.code}
            data-name=""
            data-testid={`chosen-${one.code}`}
            onClick={() => set(all.filter((other) => other.code !== one.code))}
          >
            {told(one)} <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Finds one place by name, pinyin or code. */
export function PlaceSearch({ set }: { set: (code: string) => void }) {
  return <Search of="place" rooms={false} add={(one) => set(one.code)} />;
}

interface WhereProps {
  /** Empty: none is chosen. */
  code: string;
  set: (code: string) => void;
  testid: string;
}

/** One place or venue: what is chosen stands there by its name until it is taken away. */
export function WhereField({ code, set, testid }: WhereProps) {
  const { t } = useWords();
  const named = useNames(code === "" ? [] : [code]);
  if (code === "") return <Search of="where" rooms units={false} add={(one) => set(one.code)} />;
  return (
    <button
      type="button"
      className="plain call-chosen"
      aria-label={`${t("call.scope.remove")} ${named(code)}`}
      data-testid={testid}
      data-code={code}
      onClick={() => set("")}
    >
      <span data-name="">{named(code)}</span> <small className="soft num">{code}</small>{" "}
      <span aria-hidden="true">×</span>
    </button>
  );
}

interface SearchProps {
  of: "include" | "except" | "place" | "where";
  /** Venues are offered too. */
  rooms: boolean;
  /** And units of the register. */
  units?: boolean;
  add: (one: Chosen) => void;
}

function Search({ of, rooms, units: registered = rooms, add }: SearchProps) {
  const { t } = useWords();
  const hint = registered ? "call.scope.search" : rooms ? "call.scope.search.where" : "call.scope.search.place";
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const q = useDeferredValue(text.trim());
  const filter = { place: "", class: "", q, sort: "code", order: "", backup: "", backup_kind: "" };
  const { data } = useQuery({ ...venuesQuery(filter, 0), enabled: q !== "" });
  // Who is called may also be a unit of the register.
  const units = useQuery({ ...unitsQuery({ q, kind: "" }, 0), enabled: q !== "" && registered });
  const found =
    q === ""
      ? []
      : [
          ...offered(data?.items ?? [], q, rooms),
          ...(registered ? (units.data?.items ?? []).slice(0, UNITS).map(unitFound) : []),
        ];
  const take = (one: Chosen | undefined) => {
    if (!one) return;
    add(one);
    setText("");
    setAt(0);
  };
  return (
    <div className="call-search">
      <input
        type="search"
        value={text}
        aria-label={t(hint)}
        placeholder={t(hint)}
        autoComplete="off"
        spellCheck={false}
        data-testid={`search-${of}`}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            take(found[at]);
          } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setAt((was) => Math.max(0, Math.min(found.length - 1, was + (event.key === "ArrowDown" ? 1 : -1))));
          } else if (event.key === "Escape" && text !== "") {
            // What is offered goes first; a dialogue around it stays.
            event.stopPropagation();
            event.nativeEvent.stopPropagation();
            setText("");
          }
        }}
      />
      {q !== "" && (
        <ul data-testid={`found-${of}`}>
          {found.map((one, place) => (
            <li key={one.code}>
              <button
                type="button"
                className={place === at ? "is-at" : undefined}
                data-testid={`offer-${one.code}`}
                onClick={() => take(one)}
              >
                <b data-name="">{one.name}</b>
                <small className="soft">
                  {t(one.unit ? "call.scope.unit" : isVenue(one) ? "call.scope.venue" : "call.scope.all")}
                </small>
                <small className="soft num" data-name="">
                  {one.within} {one.code}
                </small>
              </button>
            </li>
          ))}
          {data && found.length === 0 && <li className="soft">{t("call.scope.nobody")}</li>}
        </ul>
      )}
    </div>
  );
}
