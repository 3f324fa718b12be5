// How many can be proven before the deadline, told before the call is given.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { NewRollCall } from "../api/names";
import { forecastQuery } from "../api/queries";
import { isKey, useWords } from "../words/words";

const TYPING_MS = 400;

export function Forecast({ order }: { order: NewRollCall }) {
  const { t, n } = useWords();
  // What nobody is called by changes no forecast.
  const asked = JSON.stringify({ ...order, title: "", basis: "", operator: "" });
  const [still, setStill] = useState(asked);
  useEffect(() => {
    const timer = window.setTimeout(() => setStill(asked), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [asked]);
  const { data, error } = useQuery(forecastQuery(still));
  if (error && !data) return <p className="soft">{t("call.forecast.unknown")}</p>;
  if (!data || still !== asked) return <p className="soft">{t("call.forecast.asking")}</p>;
  const { called, fits, slots, rounds, run_s, why } = data;
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
