// Narrows the records of calls by why, where and when they were called; in the URL, so that it comes back.
import { useQuery } from "@tanstack/react-query";
import { PROVINCE, placeQuery } from "../api/queries";
import { useNames } from "../state/use_names";
import { useSearch } from "../state/use_search";
import { useWords } from "../words/words";
import { CALL_KINDS } from "./form";
import { type Filter, filterOf, readFilter } from "./history";
import { PlaceSearch } from "./Scope";

export function useFilter(): [filter: Filter, set: (some: Partial<Filter>) => void, reset: () => void] {
  const [parameters, change] = useSearch();
  return [readFilter(parameters), change, () => change({ kind: "", place: "", from: "", to: "" })];
}

interface Props {
  filter: Filter;
  set: (some: Partial<Filter>) => void;
  reset: () => void;
  total: number | undefined;
}

export function HistoryFilter({ filter, set, reset, total }: Props) {
  const { t, n } = useWords();
  const { data } = useQuery({ ...placeQuery(PROVINCE), refetchInterval: false });
  const cities = data?.children ?? [];
  const other = filter.place !== "" && !cities.some((city) => city.code === filter.place);
  const named = useNames(other ? [filter.place] : []);
  return (
    <div className="call-filter" role="search" aria-label={t("call.history.filter")}>
      <select
        value={filter.kind}
        aria-label={t("call.history.kind")}
        data-testid="history-kind"
        onChange={(event) => set({ kind: event.target.value as Filter["kind"] })}
      >
        <option value="">{t("call.history.kind.all")}</option>
        {CALL_KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`call.kind.${kind}`)}
          </option>
        ))}
      </select>
      <select
        value={filter.place}
        aria-label={t("call.history.place")}
        data-testid="history-place"
        onChange={(event) => set({ place: event.target.value })}
      >
        <option value="">{t("call.history.place.all")}</option>
        {cities.map((city) => (
          <option key={city.code} value={city.code} data-name="">
            {city.name}
          </option>
        ))}
        {other && (
          <option value={filter.place} data-name="">
            {named(filter.place)}
          </option>
        )}
      </select>
      <PlaceSearch set={(place) => set({ place })} />
      {(["from", "to"] as const).map((end) => (
        <label key={end}>
          {t(`call.history.${end}`)}{" "}
          <input
            type="date"
            value={filter[end]}
            data-testid={`history-${end}`}
            onChange={(event) => set({ [end]: event.target.value })}
          />
        </label>
      ))}
      {filterOf(filter) !== null && (
        <>
          <button type="button" className="plain" data-testid="history-clear" onClick={reset}>
            {t("call.history.clear")}
          </button>
          {total !== undefined && (
            <span className="soft num" data-testid="history-count">
              {t("call.history.count", { n: n(total) })}
            </span>
          )}
        </>
      )}
    </div>
  );
}
