// How many can be proven before the deadline, told before the call is given.
import type { RollCallForecast } from "../api/names";
import { isKey, useWords } from "../words/words";

interface ForecastProps {
  /** Null: it is not known yet. */
  forecast: RollCallForecast | null;
  error: Error | null;
}

export function Forecast({ forecast, error }: ForecastProps) {
  const { t, n } = useWords();
  if (error) return <p className="soft">{t("call.forecast.unknown")}</p>;
  if (!forecast?.proof) return <p className="soft">{t("call.forecast.asking")}</p>;
  const { called, fits, slots, rounds, run_s, why } = forecast.proof;
  const key = `call.forecast.${why}`;
  return (
    <p className={why === null ? "call-said" : "call-problem"} data-testid="call-forecast">
      {why !== null
        ? t(isKey(key) ? key : `call.proof.why.${why}`)
        : t("call.forecast", {
            fits: n(fits),
            called: n(called),
            rest: n(called - fits),
            slots: n(slots),
            rounds: n(rounds),
            s: n(run_s),
          })}
    </p>
  );
}
