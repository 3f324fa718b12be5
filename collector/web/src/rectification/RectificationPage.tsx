// 整改台账: what has to be put right, by whom until when; one with its history, and what may be done about it.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { API, query } from "../api/fetch";
import type { RectifyItem, RectifyList } from "../api/names";
import { PROVINCE, placeQuery, rectificationsQuery } from "../api/queries";
import { Pager } from "../inspections/Pager";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { SearchField } from "../panels/SearchField";
import { Mark } from "../state/Mark";
import { useRowKeys } from "../state/use_row_keys";
import { useSearch } from "../state/use_search";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { countOf, filterOf, type Question, ROWS, readQuestion, SHOWN, SHOWN_MARK, shownOf } from "./ledger";
import { Matter } from "./Matter";
import { NewMatter } from "./NewMatter";
import "../style/venues.css";
import "../style/rectification.css";

export type Ask = (change: Partial<Question>) => void;

function useQuestion(): [Question, Ask] {
  const [parameters, change] = useSearch();
  // Another question begins at its first page; to look at one is no other question.
  const ask = useCallback<Ask>((some) => change("id" in some ? some : { page: 0, ...some }), [change]);
  return [readQuestion(parameters), ask];
}

export function RectificationPage() {
  const { t } = useWords();
  const [question, ask] = useQuestion();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(rectificationsQuery(filterOf(question), question.page));
  const choose = useCallback((id: number | null) => ask({ id }), [ask]);
  useRowKeys(
    (data?.items ?? []).map(({ id }) => id),
    question.id,
    choose,
    "matter-",
  );
  if (error && !data) return <Failed error={error} retry={refetch} code={question.place} />;
  if (!data) return <Loading />;
  return (
    <div className="rectification" data-testid="rectification" data-ready="rectification">
      <Bar data={data} question={question} ask={ask} />
      <div className="rectification-body">
        <Panel
          title={t("rectify.list")}
          now_ms={data.now_ms}
          className="rectification-list"
          extra={<Extra question={question} add={() => setAdding(true)} />}
        >
          {data.total === 0 ? (
            <Nothing question={question} ask={ask} />
          ) : (
            <List data={data} question={question} ask={ask} />
          )}
        </Panel>
        <Panel title={t("rectify.one")} note={t("call.detail.keys")} className="rectification-one">
          {question.id === null ? (
            <Notice title={t("rectify.one.none")} next={t("rectify.one.none.next")} />
          ) : (
            <Matter key={question.id} id={question.id} close={() => ask({ id: null })} />
          )}
        </Panel>
      </div>
      {adding && <NewMatter close={() => setAdding(false)} added={(id) => ask({ id })} />}
    </div>
  );
}

/** Nothing at all, or nothing that fits. */
function Nothing({ question, ask }: { question: Question; ask: Ask }) {
  const { t } = useWords();
  const { shown, place, unit, q } = question;
  if (`${shown}${place}${unit}${q}` === "")
    return <Notice title={t("rectify.none")} next={t("rectify.none.next")} testid="rectify-none" />;
  return (
    <Notice title={t("rectify.nothing")} next={t("documents.nothing.next")} testid="rectify-nothing">
      <button type="button" className="plain" onClick={() => ask({ shown: "", place: "", unit: "", q: "" })}>
        {t("owed.clear")}
      </button>
    </Notice>
  );
}

interface BarProps {
  data: RectifyList;
  question: Question;
  ask: Ask;
}

function Bar({ data, question, ask }: BarProps) {
  const { t, n } = useWords();
  const cities = useQuery({ ...placeQuery(PROVINCE), refetchInterval: false });
  return (
    <header className="rectification-bar">
      <div className="chips">
        {SHOWN.map((one) => (
          <button
            key={one}
            type="button"
            className={`chip is-${SHOWN_MARK[one]}`}
            aria-pressed={question.shown === one}
            data-testid={`rectify-${one}`}
            onClick={() => ask({ shown: question.shown === one ? "" : one })}
          >
            <Mark of={SHOWN_MARK[one]} />
            {t(`rectify.shown.${one}`)} <b className="num">{n(countOf(data.sums, one))}</b>
          </button>
        ))}
      </div>
      <select
        value={question.place}
        aria-label={t("owed.city")}
        onChange={(event) => ask({ place: event.target.value })}
      >
        <option value="">{t("owed.city.all")}</option>
        {cities.data?.children.map((city) => (
          <option key={city.code} value={city.code} data-name="">
            {city.name}
          </option>
        ))}
      </select>
      <select
        value={question.unit}
        aria-label={t("rectify.unit")}
        data-testid="rectify-unit"
        onChange={(event) => ask({ unit: event.target.value })}
      >
        <option value="">{t("rectify.unit.all")}</option>
        {data.units.map(({ unit, open, overdue }) => (
          <option key={unit} value={unit} data-name="">
            {unit} {overdue > 0 ? `${overdue}/${open}` : open}
          </option>
        ))}
      </select>
      <SearchField q={question.q} ask={(q) => ask({ q })} label={t("rectify.search")} testid="rectify-search" />
    </header>
  );
}

function Extra({ question, add }: { question: Question; add: () => void }) {
  const { t } = useWords();
  return (
    <span className="rectification-export">
      {t("rectify.export")}
      {(["xlsx", "docx", "html"] as const).map((form) => (
        <a
          key={form}
          className="plain"
          href={`${API}/rectifications/export${query({ form, ...filterOf(question) })}`}
          {...(form === "html" ? { target: "_blank", rel: "noreferrer" } : { download: "" })}
        >
          {t(`call.report.${form}`)}
        </a>
      ))}
      <button type="button" className="plain is-first" data-testid="rectify-add" onClick={add}>
        + {t("rectify.add")}
      </button>
    </span>
  );
}

function List({ data, question, ask }: { data: RectifyList; question: Question; ask: Ask }) {
  const { t } = useWords();
  return (
    <>
      <table className="grid-table" data-testid="rectify-list">
        <thead>
          <tr>
            {(["state", "where", "problem", "unit", "due"] as const).map((head) => (
              <th key={head} scope="col">
                {t(`rectify.head.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.items.map((item) => (
            <Row key={item.id} item={item} chosen={item.id === question.id} ask={ask} />
          ))}
        </tbody>
      </table>
      <p className="rectification-pager">
        <Pager page={question.page} size={ROWS} total={data.total} turn={(page) => ask({ page, id: question.id })} />
      </p>
    </>
  );
}

function Row({ item, chosen, ask }: { item: RectifyItem; chosen: boolean; ask: Ask }) {
  const { t } = useWords();
  const shown = shownOf(item);
  return (
    <tr
      className={chosen ? "is-selected" : undefined}
      data-testid={`matter-${item.id}`}
      data-state={shown}
      onClick={() => ask({ id: item.id })}
    >
      <td>
        <span className={`state is-${SHOWN_MARK[shown]}`}>
          <Mark of={SHOWN_MARK[shown]} />
          {t(`rectify.shown.${shown}`)}
        </span>
        {item.overdue && <small className="soft">{t(`rectify.shown.${item.state}`)}</small>}
      </td>
      <th scope="row">
        <button type="button" className="rectification-name" data-name="" onClick={() => ask({ id: item.id })}>
          {item.name}
        </button>
        {item.place && (
          <small className="soft" data-name="">
            {item.place}
          </small>
        )}
      </th>
      <td>
        <span data-name="">{item.problem}</span>
        <small className="soft">{t(`rectify.origin.${item.origin.kind}`)}</small>
      </td>
      <td data-name="">{item.unit}</td>
      <td className={item.overdue ? "num is-fail" : "num"}>{timestamp(item.due_ms).slice(0, 10)}</td>
    </tr>
  );
}
