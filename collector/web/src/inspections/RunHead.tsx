// Above a run: what it is, how far it is, when it will end, and what can be done with it.
import { useState } from "react";
import { Link } from "react-router";
import { API } from "../api/fetch";
import type { RunAnswer, RunItem } from "../api/names";
import { client } from "../api/queries";
import { SealDialog } from "../panels/SealDialog";
import { Mark } from "../state/Mark";
import { span, timestamp } from "../time/age";
import { useWords } from "../words/words";
import { Acts } from "./Acts";
import { FromRun } from "./FromRun";
import { Bar, Forecast } from "./Runs";
import { CONCLUSION_MARK, CONCLUSIONS, isOpen, percent, progress, toldOf } from "./run";

const FORMS = ["html", "xlsx", "docx"] as const;

export function RunHead({ answer }: { answer: RunAnswer }) {
  const { t } = useWords();
  const { run } = answer;
  return (
    <header className="call-head">
      <Far answer={answer} />
      <div className="call-what">
        <div className="call-title">
          <h1 data-name="">{run.title}</h1>
          <b className="tag">{t(`inspect.kind.${run.work.kind}`)}</b>
          <b className={isOpen(run) ? "tag is-open" : "tag"} data-testid="run-state">
            {t(`inspect.told.${toldOf(run)}`)}
          </b>
          <span className="soft num">{t("inspect.begun", { time: timestamp(run.given_ms).slice(0, 16) })}</span>
          {run.operator && (
            <span className="soft" data-name="">
              {t("inspect.by", { name: run.operator })}
            </span>
          )}
          <span className="call-acts">
            <Link className="plain" to="/inspections">
              {t("inspect.back")}
            </Link>
            {isOpen(run) ? null : <Reports run={run} unfinished={answer.unfinished} />}
            {run.tally.abnormal > 0 && <FromRun run={run} />}
            <Acts answer={answer} />
          </span>
        </div>
        <Bar tally={run.tally} />
        <Sums run={run} />
      </div>
    </header>
  );
}

function Far({ answer: { run, now_ms, forecast } }: { answer: RunAnswer }) {
  const { t, lang } = useWords();
  const open = isOpen(run);
  return (
    <div className="call-clock run-far" data-testid="run-far">
      <small>{t(open ? "inspect.far" : "inspect.sound")}</small>
      <b className="num">{percent(open ? progress(run.tally) : run.rate)}</b>
      <small className="num soft">
        {open ? (
          <Forecast run={run} forecast={forecast} now_ms={now_ms} />
        ) : (
          t("inspect.took", { time: span((run.ended_ms ?? now_ms) - run.given_ms, lang) })
        )}
      </small>
    </div>
  );
}

function Sums({ run }: { run: RunItem }) {
  const { t, n } = useWords();
  return (
    <dl className="call-sums num" data-testid="run-sums">
      <div>
        <dt>{t("inspect.sum.expected")}</dt>
        <dd data-testid="sum-expected">{n(run.tally.venues)}</dd>
      </div>
      {CONCLUSIONS.map((one) => (
        <div key={one} className={run.tally[one] === 0 ? "is-zero" : undefined}>
          <dt>
            <Mark of={CONCLUSION_MARK[one]} />
            {t(`inspect.conclusion.${one}`)}
          </dt>
          <dd data-testid={`sum-${one}`}>{n(run.tally[one])}</dd>
        </div>
      ))}
      <div title={t("inspect.rate.hint")}>
        <dt>{t("inspect.sound")}</dt>
        <dd data-testid="sum-rate">{percent(run.rate)}</dd>
      </div>
    </dl>
  );
}

function Reports({ run, unfinished }: { run: RunItem; unfinished: number }) {
  const { t, n } = useWords();
  const [sealing, setSealing] = useState(false);
  return (
    <span className="run-reports">
      {FORMS.map((form) => (
        <a
          key={form}
          className="plain"
          href={`${API}/inspections/runs/${run.id}/report?form=${form}`}
          data-testid={`report-${form}`}
          {...(form === "html" ? { target: "_blank", rel: "noreferrer" } : { download: "" })}
        >
          {t(`call.report.${form}`)}
        </a>
      ))}
      <button type="button" className="plain" data-testid="seal-open" onClick={() => setSealing(true)}>
        {run.edition > 0 ? t("inspect.signed", { n: n(run.edition) }) : t("inspect.seal")}
      </button>
      {sealing && (
        <SealDialog
          title={t("inspect.seal.title")}
          sign={`/inspections/runs/${run.id}/sign`}
          editions={`/inspections/runs/${run.id}/editions`}
          open={isOpen(run) ? t("inspect.seal.open") : null}
          unfinished={unfinished > 0 ? t("inspect.seal.unfinished", { n: n(unfinished) }) : null}
          close={() => setSealing(false)}
          done={() => void client.invalidateQueries({ queryKey: ["inspections"] })}
        />
      )}
    </span>
  );
}
