// 报告: everything that was signed off, whatever it is of; one document with its editions, its files and its seal.
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { DocumentList, Edition } from "../api/names";
import { documentsQuery } from "../api/queries";
import { Pager } from "../inspections/Pager";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { useRowKeys } from "../state/use_row_keys";
import { useSearch } from "../state/use_search";
import { timestamp } from "../time/age";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { DocumentFilter } from "./DocumentFilter";
import { DocumentOne, KindWord } from "./DocumentOne";
import { filterOf, isFiltered, type Question, ROWS, readQuestion, whenOf } from "./documents";
import "../style/call.css";
import "../style/venues.css";
import "../style/rectification.css";
import "../style/documents.css";

export type Ask = (change: Partial<Question>) => void;

/** From this share on it is said that the archive fills. */
const NEARLY_FULL = 0.9;

export function DocumentsPage() {
  const { t, n } = useWords();
  const [parameters, change] = useSearch();
  const question = readQuestion(parameters);
  // Another question begins at its first page; to look at one is no other question.
  const ask = useCallback<Ask>(
    ({ all, ...some }) =>
      change({ ...("of" in some ? {} : { page: 0 }), ...some, ...(all === undefined ? {} : { all: all ? 1 : 0 }) }),
    [change],
  );
  const { data, error, refetch, dataUpdatedAt } = useQuery(documentsQuery(filterOf(question), question.page));
  const choose = useCallback((of: string | null) => ask({ of }), [ask]);
  // Editions of one document are one step.
  const subjects = [...new Set((data?.items ?? []).map(({ subject }) => subject))];
  useRowKeys(subjects, question.of, choose, "document-");
  if (error && !data) return <Failed error={error} retry={refetch} code={question.place} />;
  if (!data) return <Loading />;
  return (
    <div className="rectification documents" data-testid="documents" data-ready="documents">
      <DocumentFilter data={data} question={question} ask={ask} />
      {data.kept >= data.most * NEARLY_FULL && (
        <p className="documents-full is-degraded" role="status">
          {t("documents.full", { kept: n(data.kept), most: n(data.most) })}
        </p>
      )}
      <div className="rectification-body">
        <Panel
          title={t("documents.list")}
          note={t("documents.kept", { total: n(data.total), kept: n(data.kept) })}
          now_ms={now() - Date.now() + dataUpdatedAt}
          className="rectification-list"
        >
          {data.total === 0 ? (
            <Nothing data={data} question={question} ask={ask} />
          ) : (
            <List data={data} question={question} ask={ask} />
          )}
        </Panel>
        <Panel title={t("documents.one")} note={t("call.detail.keys")} className="rectification-one">
          {question.of === null ? (
            <Notice title={t("documents.one.none")} next={t("documents.one.none.next")} />
          ) : (
            <DocumentOne key={question.of} subject={question.of} close={() => ask({ of: null })} />
          )}
        </Panel>
      </div>
    </div>
  );
}

interface PartProps {
  data: DocumentList;
  question: Question;
  ask: Ask;
}

function Nothing({ data, question, ask }: PartProps) {
  const { t } = useWords();
  if (data.kept === 0 || !isFiltered(question))
    return <Notice title={t("documents.none")} next={t("documents.none.next")} testid="documents-none" />;
  return (
    <Notice title={t("documents.nothing")} next={t("documents.nothing.next")} testid="documents-nothing">
      <button
        type="button"
        className="plain"
        data-testid="documents-clear"
        onClick={() => ask({ kind: "", month: "", place: "", q: "" })}
      >
        {t("documents.clear")}
      </button>
    </Notice>
  );
}

function List({ data, question, ask }: PartProps) {
  const { t } = useWords();
  return (
    <>
      <table className="grid-table" data-testid="documents-list">
        <thead>
          <tr>
            <th scope="col">{t("documents.kind")}</th>
            <th scope="col">{t("documents.title")}</th>
            <th scope="col">{t("documents.edition")}</th>
            <th scope="col">{t("documents.by")}</th>
            <th scope="col">{t("documents.at")}</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map((item) => (
            <Row key={item.name} item={item} chosen={item.subject === question.of} ask={ask} />
          ))}
        </tbody>
      </table>
      <p className="rectification-pager">
        <Pager page={question.page} size={ROWS} total={data.total} turn={(page) => ask({ page, of: question.of })} />
      </p>
    </>
  );
}

function Row({ item, chosen, ask }: { item: Edition; chosen: boolean; ask: Ask }) {
  const { t } = useWords();
  const when = whenOf(item.subject);
  return (
    <tr
      className={chosen ? "is-selected" : undefined}
      data-testid={`document-${item.subject}`}
      onClick={() => ask({ of: item.subject })}
    >
      <td>
        <KindWord subject={item.subject} />
      </td>
      <th scope="row">
        <button type="button" className="rectification-name" data-name="" onClick={() => ask({ of: item.subject })}>
          {item.title}
        </button>
        {when && <small className="soft num">{t("documents.of", { when })}</small>}
      </th>
      <td className="num">
        {item.edition}
        {item.reason && (
          <small className="soft" data-name="">
            {item.reason}
          </small>
        )}
      </td>
      <td data-name="">{item.by}</td>
      <td className="num">{timestamp(item.at_ms).slice(0, 16)}</td>
    </tr>
  );
}
