// What was ordered, and what persons did with the run: shown while no venue is looked at.
import type { RunAnswer } from "../api/names";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { ScopeTold } from "./ScopeTold";

export function Facts({ answer }: { answer: RunAnswer }) {
  const { t, n } = useWords();
  const { run, log, forecast } = answer;
  const { work } = run;
  return (
    <div className="call-detail" data-testid="run-facts">
      <p className="soft">{t("inspect.record.none.next")}</p>
      <dl className="call-facts">
        <dt>{t("inspect.fact.begun")}</dt>
        <dd>
          {t(run.by_calendar ? "inspect.fact.calendar" : "inspect.fact.hand")} <span data-name="">{run.operator}</span>
        </dd>
        {run.basis && (
          <>
            <dt>{t("call.basis")}</dt>
            <dd data-name="">{run.basis}</dd>
          </>
        )}
        <dt>{t("plan.scope")}</dt>
        <dd>
          {run.group && (
            <>
              {t("plan.follows.run")} <span data-name="">{run.group.name}</span>{" "}
            </>
          )}
          <ScopeTold work={work} />
        </dd>
        <dt>{t("inspect.fact.until")}</dt>
        <dd className="num">{timestamp(run.until_ms).slice(0, 16)}</dd>
        <dt>{t("plan.spread")}</dt>
        <dd className="num">
          {t("plan.spread.told", { all: n(work.spread.at_once), county: n(work.spread.per_county) })}
          {work.quiet && ` ${t("plan.quiet.told", { ...work.quiet })}`}
        </dd>
        <dt>{t("inspect.fact.rooms")}</dt>
        <dd>{t(work.confirmed ? "inspect.loud" : "inspect.quiet")}</dd>
        {forecast && (
          <>
            <dt>{t("inspect.fact.now")}</dt>
            <dd className="num">
              {t("inspect.fact.out", { out: n(forecast.asked_now), away: n(forecast.waiting_away) })}
            </dd>
          </>
        )}
      </dl>
      {log.length > 0 && (
        <section className="run-review">
          <h4>{t("inspect.log")}</h4>
          <ul className="run-steps" data-testid="run-log">
            {log.map((line) => (
              <li key={line.at_ms}>
                <span className="num soft">{timestamp(line.at_ms).slice(5, 16)}</span>
                <b>{t(`inspect.act.${line.deed}`)}</b>
                <span data-name="">{line.person}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
