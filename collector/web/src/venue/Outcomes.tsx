// Every probe's newest outcome, worst first, with what was measured and the limit beside it.
import type { Measured, Outcome, VenueAnswer } from "../api/names";
import { Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { severity } from "../state/classes";
import { State } from "../state/Mark";
import { Age, Dash } from "../time/Age";
import { span } from "../time/age";
import { isKey, useWords } from "../words/words";
import { limitText, measured } from "./figures";

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
              <ValueItem key={value.name} value={value} />
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

function ValueItem({ value }: { value: Measured }) {
  const words = useWords();
  const [number, unit] = value.number === null ? [null, ""] : measured(value.number, value.unit, words);
  return (
    <li title={value.name}>
      <span className="soft">{words.value(value.name)}</span>
      {number === null ? (
        <Dash why={words.t("missing.number")} />
      ) : (
        <b className="num">{unit === "" ? number : `${number} ${unit}`}</b>
      )}
      {value.limit !== null && (
        <small className="soft">
          {words.t("outcomes.limit", { limit: limitText(value.limit, value.unit, words) })}
        </small>
      )}
    </li>
  );
}
