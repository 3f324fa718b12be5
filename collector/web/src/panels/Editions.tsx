// What was signed off: its editions as files, each with its seal, and whether it still is what was signed.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { API, ask } from "../api/fetch";
import type { Edition, Verified } from "../api/names";
import { editionsQuery } from "../api/queries";
import { Mark } from "../state/Mark";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";

const DEADLINE_MS = 60_000;
const FORMS = ["html", "docx", "xlsx"] as const;

/** `path`: where they are listed. */
export function Editions({ path }: { path: string }) {
  const { t } = useWords();
  const { data } = useQuery(editionsQuery(path));
  return (
    <>
      <h4>{t("call.record.editions")}</h4>
      <ul className="call-editions" data-testid="call-editions">
        {(data?.items ?? []).map((edition) => (
          <EditionRow key={edition.name} edition={edition} />
        ))}
      </ul>
    </>
  );
}

function EditionRow({ edition }: { edition: Edition }) {
  const { t } = useWords();
  const [seen, setSeen] = useState<Verified | "asked" | "failed" | null>(null);
  const verify = () => {
    setSeen("asked");
    void ask<Verified>(`/documents/${edition.name}/verify`, undefined, DEADLINE_MS).then(setSeen, () =>
      setSeen("failed"),
    );
  };
  const path = `${API}/documents/${edition.name}?form=`;
  const time = timestamp(edition.at_ms).slice(0, 16);
  // A name is a name in every language: it stands apart from the words around it.
  const [before, after] = t("call.record.signed", { n: edition.edition, by: "\n", time }).split("\n");
  return (
    <li>
      <span>
        {before}
        <span data-name="">{edition.by}</span>
        {after}
        {edition.reason && (
          <small className="soft" data-name="">
            {" "}
            {edition.reason}
          </small>
        )}
      </span>
      <span className="inbound-hand">
        {FORMS.map((form) => (
          <a key={form} className="plain" href={path + form} target="_blank" rel="noreferrer">
            {t(`call.report.${form}`)}
          </a>
        ))}
        <a className="plain" href={`${path}seal`} download>
          {t("call.record.seal")}
        </a>
        <button
          type="button"
          className="plain"
          data-testid="record-verify"
          disabled={seen === "asked"}
          onClick={verify}
        >
          {t(seen === "asked" ? "call.record.verifying" : "call.record.verify")}
        </button>
      </span>
      <small className="soft seal-name" title={t("call.record.hash.hint")}>
        {t("call.record.hash")} <code data-name="">{edition.name}</code>
      </small>
      {seen === "failed" && (
        <b className="is-unknown" role="status" data-testid="record-unverified">
          {t("call.record.unread")}
        </b>
      )}
      {seen !== null && typeof seen === "object" && <Found seen={seen} />}
    </li>
  );
}

/** What the files and the signature turned out to be, in a shape and a word. */
function Found({ seen }: { seen: Verified }) {
  const { t } = useWords();
  const of = seen.intact ? (seen.own_key ? "pass" : "degraded") : "fail";
  return (
    <>
      <b className={`state is-${of}`} role="status" data-testid="record-verified">
        <Mark of={of} />
        {seen.intact
          ? t(seen.own_key ? "call.record.intact" : "call.record.foreign")
          : t("call.record.broken", { files: seen.changed.join(" ") })}
      </b>
      {seen.key && (
        <small className="soft seal-name">
          {t("call.record.key")} <code data-name="">{seen.key}</code>
        </small>
      )}
    </>
  );
}
