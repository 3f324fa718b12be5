// How sound each city is, and the counties of the one that is chosen; a row narrows the list to it.
import type { RunAnswer, RunPlace } from "../api/names";
import { useWords } from "../words/words";
import type { Look } from "./look";
import type { Turn } from "./RunPage";
import { Bar } from "./Runs";
import { percent } from "./run";

interface PlacesProps {
  answer: RunAnswer;
  look: Look;
  turn: Turn;
}

export function Places({ answer, look, turn }: PlacesProps) {
  const { t } = useWords();
  return (
    <table className="grid-table call-cities" data-testid="run-places">
      <thead>
        <tr>
          <th scope="col">{t("inspect.place")}</th>
          <th scope="col" className="figures">
            {t("inspect.sum.expected")}
          </th>
          <th scope="col" className="figures">
            {t("inspect.conclusion.abnormal")}
          </th>
          <th scope="col" className="figures">
            {t("inspect.conclusion.untested")}
          </th>
          <th scope="col" className="figures">
            {t("inspect.conclusion.unfilled")}
          </th>
          <th scope="col" className="figures" title={t("inspect.incomplete.hint")}>
            {t("inspect.conclusion.incomplete")}
          </th>
          <th scope="col" className="figures">
            {t("inspect.conclusion.open")}
          </th>
          <th scope="col" className="figures" title={t("inspect.rate.hint")}>
            {t("inspect.sound")}
          </th>
        </tr>
      </thead>
      <tbody>
        {answer.cities.map((one) => (
          <Rows
            key={one.place}
            city={one}
            counties={shown(answer, one.place, look.place)}
            chosen={look.place}
            turn={turn}
          />
        ))}
      </tbody>
    </table>
  );
}

/** The counties of the city that is looked at, or in which the chosen one lies. */
function shown({ counties }: RunAnswer, city: string, chosen: string): readonly RunPlace[] {
  const own = counties.filter((county) => county.city === city && county.place !== city);
  return chosen === city || own.some((county) => county.place === chosen) ? own : [];
}

interface RowsProps {
  city: RunPlace;
  counties: readonly RunPlace[];
  chosen: string;
  turn: Turn;
}

function Rows({ city, counties, chosen, turn }: RowsProps) {
  return (
    <>
      <Row of={city} chosen={chosen} turn={turn} within="" />
      {counties.map((county) => (
        <Row key={county.place} of={county} chosen={chosen} turn={turn} within={city.place} />
      ))}
    </>
  );
}

function Row({ of, chosen, turn, within }: { of: RunPlace; chosen: string; turn: Turn; within: string }) {
  const { t, n } = useWords();
  const is = chosen === of.place;
  const figure = (count: number, look: string) => (
    <td className={count > 0 ? `figures num ${look}` : "figures num is-zero"}>{n(count)}</td>
  );
  return (
    <tr className={is ? "is-chosen" : undefined}>
      <th scope="row" className={within !== "" ? "is-inside" : undefined}>
        <button
          type="button"
          className="call-city"
          aria-pressed={is}
          data-testid={`place-${of.place}`}
          onClick={() => turn({ place: is ? within : of.place })}
        >
          <span data-name="">{of.name}</span>
          <Bar tally={of.tally} />
        </button>
      </th>
      {figure(of.tally.venues, "")}
      {figure(of.tally.abnormal, "is-fail")}
      {figure(of.tally.untested, "is-unknown")}
      {figure(of.tally.unfilled, "is-stale")}
      {figure(of.tally.incomplete, "is-unknown")}
      {figure(of.tally.open, "")}
      <td className="figures num">
        {percent(of.rate)}
        {of.tally.partial > 0 && (
          <small className="is-degraded" title={t("inspect.partial.hint")}>
            {" "}
            {t("inspect.partial", { n: n(of.tally.partial) })}
          </small>
        )}
      </td>
    </tr>
  );
}
