// What the signs of the wall mean, how many wear each, and the filter in one: a chip narrows the wall and the list.
import { useQuery } from "@tanstack/react-query";
import { memo, useMemo } from "react";
import type { RollCallCity } from "../api/names";
import { countiesQuery } from "../api/queries";
import { useWords } from "../words/words";
import { ALL, type Wish } from "./pick";
import { SignMark } from "./SignMark";
import { countSigns, SIGNS, type Sign } from "./sign";

/** How the wall shows the venues: a tile for each county, or a cell for each. */
export type View = "counties" | "venues";
const VIEWS: readonly View[] = ["counties", "venues"];

interface LegendProps {
  view: View;
  show: (view: View) => void;
  signs: readonly Sign[];
  wish: Wish;
  set: (wish: Wish) => void;
  cities: readonly RollCallCity[];
}

export const Legend = memo(function Legend({ view, show, signs, wish, set, cities }: LegendProps) {
  const { t, n } = useWords();
  const { data: names } = useQuery(countiesQuery);
  const counts = useMemo(() => countSigns(signs), [signs]);
  const toggle = (sign: Sign) => {
    const has = wish.signs.includes(sign);
    set({ ...wish, signs: has ? wish.signs.filter((one) => one !== sign) : [...wish.signs, sign] });
  };
  return (
    <div className="call-legend" role="group" aria-label={t("call.filter")}>
      <fieldset className="switch" aria-label={t("call.view")}>
        {VIEWS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={view === one}
            data-testid={`view-${one}`}
            title={t(`call.view.${one}.hint`)}
            onClick={() => show(one)}
          >
            {t(`call.view.${one}`)}
          </button>
        ))}
      </fieldset>
      <input
        type="search"
        value={wish.text}
        aria-label={t("call.filter.text")}
        placeholder={t("call.filter.text")}
        data-testid="filter-text"
        onChange={(event) => set({ ...wish, text: event.target.value })}
      />
      <select
        value={wish.city}
        aria-label={t("call.filter.city")}
        data-testid="filter-city"
        onChange={(event) => set({ ...wish, city: event.target.value, county: "" })}
      >
        <option value="">{t("call.filter.city.all")}</option>
        {cities.map((city) => (
          <option key={city.place} value={city.place} data-name="">
            {city.name}
          </option>
        ))}
      </select>
      {wish.county !== "" && (
        <button
          type="button"
          className="call-chip"
          aria-pressed="true"
          data-testid="filter-county"
          onClick={() => set({ ...wish, county: "" })}
        >
          <span data-name="">
            {wish.county.length < 6 ? t("call.county.seat") : (names?.get(wish.county) ?? wish.county)}
          </span>{" "}
          <span aria-hidden="true">×</span>
        </button>
      )}
      {SIGNS.filter((sign) => counts[sign] > 0 || wish.signs.includes(sign)).map((sign) => (
        <button
          key={sign}
          type="button"
          className="call-chip"
          aria-pressed={wish.signs.includes(sign)}
          data-testid={`sign-${sign}`}
          onClick={() => toggle(sign)}
        >
          <SignMark of={sign} />
          {t(`call.sign.${sign}`)} <b className="num">{n(counts[sign])}</b>
        </button>
      ))}
      {(wish.city !== "" || wish.text !== "" || wish.signs.length > 0) && (
        <button type="button" className="plain" data-testid="filter-clear" onClick={() => set(ALL)}>
          {t("call.filter.clear")}
        </button>
      )}
    </div>
  );
});
