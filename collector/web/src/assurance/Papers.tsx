// The papers of a response: 重保日报 of a day, and the summary once it is over; as page, Word and Excel.
import { useState } from "react";
import { API, query } from "../api/fetch";
import type { AssuranceResponse } from "../api/names";
import { SealDialog } from "../panels/SealDialog";
import { timestamp } from "../time/age";
import { now } from "../time/clock";
import { useWords } from "../words/words";

const DAY_MS = 86_400_000;
const FORMS = ["html", "docx", "xlsx"] as const;

export function Papers({ one }: { one: AssuranceResponse }) {
  const { t } = useWords();
  const dayOf = (at_ms: number) => timestamp(at_ms).slice(0, 10);
  const last = dayOf(Math.min(now(), one.ended_ms ?? one.to_ms ?? now()));
  // A day is signed once it is over, so that yesterday is what is wanted first.
  const [day, setDay] = useState(one.state === "ended" ? last : dayOf(Math.max(now() - DAY_MS, one.from_ms)));
  /** Whose seal is looked at: a day's, or the summary's. */
  const [sealed, setSealed] = useState<{ day?: string } | null>(null);
  if (one.state === "ahead") return null;
  const links = (parameters: Record<string, string>) =>
    FORMS.map((form) => (
      <a
        key={form}
        className="plain"
        href={`${API}/assurance/${one.id}/report${query({ ...parameters, form })}`}
        target="_blank"
        rel="noreferrer"
        data-testid={`paper-${parameters.day ? "day" : "end"}-${form}`}
      >
        {t(`call.report.${form}`)}
      </a>
    ));
  return (
    <p className="response-papers">
      <label>
        {t("assure.daily")}{" "}
        <input
          type="date"
          value={day}
          min={dayOf(one.from_ms)}
          max={last}
          data-testid="paper-day"
          onChange={(event) => setDay(event.target.value || last)}
        />
      </label>
      {links({ day })}
      <button type="button" className="plain" data-testid="paper-day-seal" onClick={() => setSealed({ day })}>
        {t("call.record.sign")}
      </button>
      {one.state === "ended" && (
        <>
          <span>{t("assure.summary")}</span>
          {links({})}
          <button type="button" className="plain" data-testid="paper-end-seal" onClick={() => setSealed({})}>
            {t("call.record.sign")}
          </button>
        </>
      )}
      {sealed && (
        <SealDialog
          title={sealed.day ? `${t("assure.daily")} ${sealed.day}` : t("assure.summary")}
          sign={`/assurance/${one.id}/report/sign${query({ day: sealed.day })}`}
          editions={`/assurance/${one.id}/report/editions${query({ day: sealed.day })}`}
          open={null}
          close={() => setSealed(null)}
        />
      )}
    </p>
  );
}
