// What the signs of the wall mean, how many wear each, and the filter in one: a chip narrows the wall and the list.
import { memo, useMemo } from "react";
import type { RollCallCity } from "../api/names";
import { useWords } from "../words/words";
import { ALL, type Wish } from "./pick";
import { SignMark } from "./SignMark";
import { countSigns, SIGNS, type Sign } from "./sign";

interface LegendProps {
  signs: readonly Sign[];
  wish: Wish;
  set: (wish: Wish) => void;
  cities: readonly RollCallCity[];
}

export const Legend = memo(function Legend({ signs, wish, set, cities }: LegendProps) {
  const { t, n } = useWords();
  const counts = useMemo(() => countSigns(signs), [signs]);
  const toggle = (sign: Sign) => {
    const has = wish.signs.includes(sign);
    set({ ...wish, signs: has ? wish.signs.filter((one) => one !== sign) : [...wish.signs, sign] });
  };
  return (
    <div className="call-legend" role="group" aria-label={t("call.filter")}>
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
        onChange={(event) => set({ ...wish, city: event.target.value })}
      >
        <option value="">{t("call.filter.city.all")}</option>
        {cities.map((city) => (
          <option key={city.place} value={city.place} data-name="">
            {city.name}
          </option>
        ))}
      </select>
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
