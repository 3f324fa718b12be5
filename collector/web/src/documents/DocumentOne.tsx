// One document: what it is of, and its editions with their files, why they were made, and whether they still are what was signed.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { query } from "../api/fetch";
import { editionsQuery } from "../api/queries";
import { Editions } from "../panels/Editions";
import { Failed, Loading, Notice } from "../panels/Notice";
import { useWords } from "../words/words";
import { kindOf, recordPath, whenOf } from "./documents";

/** No document has more editions that somebody would read. */
const EDITIONS = 100;

export function KindWord({ subject }: { subject: string }) {
  const { t } = useWords();
  const kind = kindOf(subject);
  return kind ? t(`documents.kind.${kind}`) : <span data-name="">{subject.split("/")[0]}</span>;
}

export function DocumentOne({ subject, close }: { subject: string; close: () => void }) {
  const { t } = useWords();
  const path = `/documents${query({ subject, limit: EDITIONS })}`;
  const { data, error, refetch } = useQuery(editionsQuery(path));
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return <Loading />;
  const [newest] = data.items;
  if (!newest) return <Notice title={t("documents.gone")} next={t("documents.gone.next")} testid="document-gone" />;
  const record = recordPath(subject);
  const when = whenOf(subject);
  return (
    <article className="matter" data-testid="document" data-document={newest.name}>
      <header>
        <h3 data-name="">{newest.title}</h3>
        <button type="button" className="plain" aria-label={t("call.detail.close")} onClick={close}>
          ×
        </button>
      </header>
      <p>
        <KindWord subject={subject} />
        {when && <span className="num"> · {t("documents.of", { when })}</span>}
        {record && (
          <>
            {" · "}
            <Link to={record} data-testid="document-record">
              {t("documents.record")}
            </Link>
          </>
        )}
      </p>
      <Editions path={path} />
    </article>
  );
}
