// Every probe's newest outcome, worst first, with what was measured and the limit beside it.
import type { Outcome, VenueAnswer } from "../api/names";
import { Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { severity } from "../state/classes";
import { State } from "../state/Mark";
import { Age } from "../time/Age";
import { span } from "../time/age";
import { isKey, useWords } from "../words/words";

export function Outcomes({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const rank = (o: Outcome) => severity(o.verdict) + (o.required ? 0 : 0.5);
  const sorted = [...answer.outcomes].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return (
    <Panel title={t("outcomes.title")} now_ms={answer.now_ms} live className="outcomes" testid="outcomes">
      {sorted.length === 0 ? (
        <Notice title={t("outcomes.none")} next={t("outcomes.none.next")} />
      ) : (
        <table className="grid-table">
          <thead>
            <tr>
              <th scope="col">{t("outcomes.probe")}</th>
              <th scope="col">{t("outcomes.result")}</th>
              <th scope="col">{t("outcomes.reason")}</th>
              <th scope="col">{t("outcomes.values")}</th>
              <th scope="col">{t("outcomes.age")}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((outcome) => (
              <OutcomeRow key={outcome.probe} outcome={outcome} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function OutcomeRow({ outcome }: { outcome: Outcome }) {
  const { t, lang, finding, why } = useWords();
  const kind = `kind.${outcome.kind}`;
  const said = outcome.verdict === "pass" ? null : finding(outcome.finding, outcome.verdict).cause;
  const reason = outcome.finding == null && outcome.why != null ? null : said;
  return (
    <tr data-testid={`outcome-${outcome.probe}`} data-verdict={outcome.verdict}>
      <th scope="row">
        <span data-name="">{outcome.name}</span>
        <small className="soft">
          {isKey(kind) ? t(kind) : <span data-name="">{outcome.kind}</span>}
          {!outcome.required && ` · ${t("outcomes.optional")}`}
        </small>
      </th>
      <td>
        <State of={outcome.verdict} word={t(`verdict.${outcome.verdict}`)} />
      </td>
      <td className="outcome-reason">
        {reason ?? (outcome.why == null && <span className="soft">—</span>)}
        {outcome.why != null && <span data-name="">{why(outcome.why)}</span>}
        {outcome.detail != null && (
          <small className="soft" data-name="">
            {outcome.detail}
          </small>
        )}
      </td>
      <td>
        {outcome.values.length === 0 ? (
          <span className="soft">—</span>
        ) : (
          <ul className="values">
            {outcome.values.map((value) => (
              <li key={value.name}>
                <span className="soft" data-name="">
                  {value.name}
                </span>
                <b className="num">
                  {value.number === null ? "—" : formatValue(value.number)} <span data-name="">{value.unit}</span>
                </b>
                <small className="soft">
                  {value.limit != null ? (
                    <>
                      {t("outcomes.limit", { limit: "" })}
                      <span data-name="">{value.limit}</span>
                    </>
                  ) : null}
                </small>
              </li>
            ))}
          </ul>
        )}
      </td>
      <td className="outcome-age">
        <Age at={outcome.at_ms} />
        <small className={outcome.stale ? "is-stale" : "soft"}>
          {outcome.stale ? `${t("outcomes.stale")} · ` : ""}
          {t("outcomes.every", { span: span(outcome.interval_s * 1000, lang) })}
        </small>
      </td>
    </tr>
  );
}

/** At most three decimals, and no invented ones. */
export function formatValue(number: number): string {
  if (Number.isInteger(number)) return String(number);
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : Math.abs(number) >= 1 ? 2 : 3;
  return String(Number(number.toFixed(digits)));
}
