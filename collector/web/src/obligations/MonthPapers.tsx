// The form of a month's joint tests, as page, Word and Excel; signed off once the month is over.
import { useState } from "react";
import { API } from "../api/fetch";
import { monthOf, shiftedMonth } from "../inspections/calendar";
import { SealDialog } from "../panels/SealDialog";
import { now } from "../time/clock";
import { useWords } from "../words/words";

const FORMS = ["html", "docx", "xlsx"] as const;

export function MonthPapers() {
  const { t } = useWords();
  const on = monthOf(now());
  const [month, setMonth] = useState(() => shiftedMonth(on, -1));
  const [sealing, setSealing] = useState(false);
  const path = `/joint-tests/months/${month}`;
  return (
    <span className="joint-report" data-testid="month-papers">
      <label>
        {t("owed.report")}{" "}
        <input
          type="month"
          value={month}
          max={on}
          data-testid="papers-month"
          onChange={(event) => /^\d{4}-\d{2}$/.test(event.target.value) && setMonth(event.target.value)}
        />
      </label>
      {FORMS.map((form) => (
        <a
          key={form}
          className="plain"
          href={`${API}${path}/report?form=${form}`}
          target="_blank"
          rel="noreferrer"
          data-testid={`month-report-${form}`}
        >
          {t(`call.report.${form}`)}
        </a>
      ))}
      <button type="button" className="plain" data-testid="month-seal" onClick={() => setSealing(true)}>
        {t("call.record.sign")}
      </button>
      {sealing && (
        <SealDialog
          title={`${t("owed.report")} ${month}`}
          sign={`${path}/sign`}
          editions={`${path}/editions`}
          open={month >= on ? t("owed.seal.open") : null}
          close={() => setSealing(false)}
        />
      )}
    </span>
  );
}
