// The sums by city; a row narrows the wall and the list to it.
import { memo } from "react";
import type { RollCallCity } from "../api/names";
import { useWords } from "../words/words";
import { percent } from "./replay";
import { Progress } from "./Sums";

interface CitiesProps {
  cities: readonly RollCallCity[];
  chosen: string;
  choose: (city: string) => void;
}

export const Cities = memo(function Cities({ cities, chosen, choose }: CitiesProps) {
  const { t, n } = useWords();
  return (
    <table className="grid-table call-cities" data-testid="call-cities">
      <thead>
        <tr>
          <th scope="col">{t("call.city")}</th>
          <th scope="col" className="figures">
            {t("call.sum.expected")}
          </th>
          <th scope="col" className="figures">
            {t("call.sum.whole")}
          </th>
          <th scope="col" className="figures">
            {t("call.sum.late")}
          </th>
          <th scope="col" className="figures">
            {t("call.city.open")}
          </th>
          <th scope="col" className="figures">
            {t("call.sum.faulty")}
          </th>
          <th scope="col" className="figures">
            {t("call.city.rate")}
          </th>
        </tr>
      </thead>
      <tbody>
        {cities.map((city) => {
          const open = city.silent + city.waiting + city.heard;
          return (
            <tr key={city.place} className={chosen === city.place ? "is-chosen" : undefined}>
              <th scope="row">
                <button
                  type="button"
                  className="call-city"
                  aria-pressed={chosen === city.place}
                  data-testid={`city-${city.place}`}
                  onClick={() => choose(chosen === city.place ? "" : city.place)}
                >
                  <span data-name="">{city.name}</span>
                  <Progress tally={city} />
                </button>
              </th>
              <td className="figures num">{n(city.expected)}</td>
              <td className="figures num">{n(city.whole)}</td>
              <td className={city.late > 0 ? "figures num is-degraded" : "figures num is-zero"}>{n(city.late)}</td>
              <td
                className={city.silent > 0 ? "figures num is-fail" : open > 0 ? "figures num" : "figures num is-zero"}
              >
                {n(open)}
              </td>
              <td className={city.faulty > 0 ? "figures num is-fail" : "figures num is-zero"}>{n(city.faulty)}</td>
              <td className="figures num">{city.rate === null ? "—" : `${percent(city.rate)}%`}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
});
