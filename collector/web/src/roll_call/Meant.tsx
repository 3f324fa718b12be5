// How many rooms of which levels are meant, said before anything begins.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { NewRollCall, ScopeMeant } from "../api/names";
import { forecastQuery } from "../api/queries";
import { useWords } from "../words/words";

const TYPING_MS = 400;

/** What a call would be, once nobody types any more; null: not known yet. */
export function useForecast(order: NewRollCall | null) {
  // What nobody is called by changes no forecast.
  const asked = order && JSON.stringify({ ...order, title: "", basis: "", operator: "", system: "" });
  const [still, setStill] = useState(asked);
  useEffect(() => {
    const timer = window.setTimeout(() => setStill(asked), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [asked]);
  const { data, error } = useQuery({ ...forecastQuery(still ?? ""), enabled: still !== null });
  return { data: still === asked && still !== null ? (data ?? null) : null, error: data ? null : error };
}

export function Meant({ meant }: { meant: ScopeMeant }) {
  const { t, n } = useWords();
  const levels = meant.levels.map(({ level, rooms }) =>
    t("call.meant.level", { level: t(`level.${level}`), n: n(rooms) }),
  );
  return (
    <span className="soft num" data-testid="meant">
      {t("call.meant", { n: n(meant.rooms) })}
      {levels.length > 0 && t("call.meant.levels", { levels: levels.join(t("call.meant.and")) })}
      {meant.units > 0 && t("call.meant.units", { n: n(meant.units) })}
      {meant.excused > 0 && t("call.meant.excused", { n: n(meant.excused) })}
    </span>
  );
}
