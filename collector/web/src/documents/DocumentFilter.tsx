// Which documents are looked for: kind, month, place, words, and whether earlier editions too.
import { useQuery } from "@tanstack/react-query";
import type { DocumentList } from "../api/names";
import { PROVINCE, placeQuery } from "../api/queries";
import { monthOf } from "../inspections/calendar";
import { SearchField } from "../panels/SearchField";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import type { Ask } from "./DocumentsPage";
import { KINDS, type Question } from "./documents";

interface FilterProps {
  data: DocumentList;
  question: Question;
  ask: Ask;
}

export function DocumentFilter({ data, question, ask }: FilterProps) {
  const { t, n } = useWords();
  const others = Object.keys(data.kinds).filter((kind) => !(KINDS as readonly string[]).includes(kind));
  const cities = useQuery({ ...placeQuery(PROVINCE), refetchInterval: false });
  return (
    <header className="rectification-bar">
      <div className="chips">
        {[...KINDS, ...others].map((kind) => (
          <button
            key={kind}
            type="button"
            className="chip"
            aria-pressed={question.kind === kind}
            data-testid={`documents-${kind}`}
            onClick={() => ask({ kind: question.kind === kind ? "" : kind })}
          >
            <Kind kind={kind} /> <b className="num">{n(data.kinds[kind] ?? 0)}</b>
          </button>
        ))}
      </div>
      <label>
        {t("documents.month")}{" "}
        <input
          type="month"
          value={question.month}
          max={monthOf(now())}
          data-testid="documents-month"
          onChange={(event) => ask({ month: event.target.value })}
        />
      </label>
      <select
        value={question.place}
        aria-label={t("owed.city")}
        title={t("documents.place.hint")}
        data-testid="documents-place"
        onChange={(event) => ask({ place: event.target.value })}
      >
        <option value="">{t("owed.city.all")}</option>
        {cities.data?.children.map((city) => (
          <option key={city.code} value={city.code} data-name="">
            {city.name}
          </option>
        ))}
      </select>
      <SearchField q={question.q} ask={(q) => ask({ q })} label={t("documents.search")} testid="documents-search" />
      <label className="documents-all">
        <input
          type="checkbox"
          checked={question.all}
          data-testid="documents-all"
          onChange={(event) => ask({ all: event.target.checked })}
        />{" "}
        {t("documents.all")}
      </label>
    </header>
  );
}

function Kind({ kind }: { kind: string }) {
  const { t } = useWords();
  const known = KINDS.find((one) => one === kind);
  return known ? t(`documents.kind.${known}`) : <span data-name="">{kind}</span>;
}
