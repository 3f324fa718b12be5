// One venue of a roll call: how it stands and why, what was looked at, whom to telephone, and a person's word about it.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { RollCallAspect, RollCallEntry, RollCallItem, RollCallPerson, RollCallProof } from "../api/names";
import { unitQuery, venueQuery } from "../api/queries";
import { type Standing, standing } from "../state/classes";
import { State } from "../state/Mark";
import { useNames } from "../state/use_names";
import { Age } from "../time/Age";
import { span } from "../time/age";
import { Telephone } from "../venues/Telephone";
import { isKey, useWords } from "../words/words";
import { ByHand } from "./ByHand";
import { keyOf, wayOf } from "./book";
import { seconds } from "./countdown";
import { PhoneLink } from "./PhoneLink";
import { Told } from "./Rows";
import { Signed } from "./SignMark";
import { Still } from "./Still";
import { type Seen, signOf } from "./sign";
import { proofSaid, standingWord } from "./told";

/** From then on minutes say more than seconds. */
const LONG_MS = 600_000;

interface DetailProps {
  call: RollCallItem;
  entry: RollCallEntry;
  seen: Seen;
  close: () => void;
  done: () => void;
}

export function Detail({ call, entry, seen, close, done }: DetailProps) {
  const { t } = useWords();
  return (
    <section className="call-detail" data-testid="call-detail" data-venue={entry.venue}>
      <header>
        <h3 data-name="">{entry.name}</h3>
        <button type="button" className="plain" data-testid="detail-close" onClick={close}>
          {t("call.detail.close")} <kbd>Esc</kbd>
        </button>
      </header>
      <p className="call-detail-now">
        <Signed of={signOf(seen)} word={t(standingWord(seen))} />
        <Told entry={entry} seen={seen} />
      </p>
      <Facts call={call} entry={entry} />
      {entry.proof && <Proof proof={entry.proof} />}
      {entry.still && <Still hash={entry.still} name={entry.name} />}
      {entry.aspects.length > 0 && <Aspects aspects={entry.aspects} />}
      <Person entry={entry} />
      <Words entry={entry} />
      {call.ended_ms === null && entry.person === null && (
        <PhoneLink
          key={`link ${keyOf(entry)}`}
          path={`/roll-calls/${call.id}/${wayOf(entry)}/link`}
          label={t("call.link")}
          what={t("call.link.what")}
          none={t("call.link.failed")}
        />
      )}
      <ByHand key={keyOf(entry)} call={call} entry={entry} done={done} />
    </section>
  );
}

function Facts({ call, entry }: { call: RollCallItem; entry: RollCallEntry }) {
  const { t, n } = useWords();
  const { data } = useQuery({ ...venueQuery(entry.venue ?? ""), enabled: entry.venue !== null });
  const unit = useQuery({ ...unitQuery(entry.unit_id ?? ""), enabled: entry.venue === null && entry.unit_id !== null });
  const contact = data?.venue ?? unit.data;
  const before: Standing = standing({ class: entry.before, why: null });
  const after = (ms: number | null) =>
    ms === null
      ? t(call.ended_ms === null ? "call.detail.not" : "call.detail.never")
      : t("call.detail.after", { s: seconds(ms) });
  return (
    <dl className="call-facts">
      <dt>{t("call.detail.place")}</dt>
      <dd>
        {data && <span data-name="">{data.venue.place_name} </span>}
        <span className="soft num">{entry.venue ?? t("call.detail.no-room")}</span>
      </dd>
      <dt>{t("call.detail.unit")}</dt>
      <dd>
        <span data-name="">{entry.unit}</span>{" "}
        <Link to={entry.venue === null ? `/units?unit=${entry.unit_id}` : `/venues/${entry.venue}`}>
          {t(entry.venue === null ? "call.detail.open.unit" : "call.detail.open")}
        </Link>
      </dd>
      <dt>{t("call.detail.contact")}</dt>
      <dd>
        {contact && (
          <span className="call-contact">
            <b data-name="">{contact.contact ?? "—"}</b> <Telephone telephone={contact.telephone} />
          </span>
        )}
      </dd>
      <dt>{t("call.detail.heard")}</dt>
      <dd className="num">{after(entry.heard_ms)}</dd>
      <dt>{t("call.detail.answered")}</dt>
      <dd className="num">{after(entry.answered_ms)}</dd>
      <dt>{t("call.detail.retries")}</dt>
      <dd className="num">{t("call.detail.times", { n: n(entry.asked) })}</dd>
      <dt>{t("call.detail.before")}</dt>
      <dd>
        <State of={before} />
        {entry.before_heard_ms !== null && (
          <small className="soft">
            {" "}
            · {t("call.detail.before.heard")} <Age at={entry.before_heard_ms} />
          </small>
        )}
      </dd>
    </dl>
  );
}

const MARKS: Record<string, Standing> = { good: "pass", degraded: "degraded", failed: "fail" };

function Aspects({ aspects }: { aspects: readonly RollCallAspect[] }) {
  const { t, finding } = useWords();
  const word = (key: string, otherwise: string) => (isKey(key) ? t(key) : otherwise);
  return (
    <table className="grid-table call-aspects" aria-label={t("call.detail.aspects")} data-testid="call-aspects">
      <tbody>
        {aspects.map(({ aspect, state, finding: code }) => {
          const mark = MARKS[state] ?? "unknown";
          const told = code === null ? null : finding(code, mark);
          return (
            <tr key={aspect}>
              <th scope="row">{word(`call.aspect.${aspect}`, aspect)}</th>
              <td>
                <State of={mark} word={word(`call.aspect.state.${state}`, state)} />
                {told && (
                  <p>
                    {told.cause}
                    <small className="soft"> {told.next}</small>
                  </p>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** How far the run of sound and picture with HQ is. */
function Proof({ proof }: { proof: RollCallProof }) {
  const { t } = useWords();
  const { key, vars } = proofSaid(proof);
  const named = useNames(proof.with === null ? [] : [proof.with]);
  return (
    <p className="call-said" data-testid="call-proof" data-proof={proof.state}>
      <b>{t("call.depth.proven")}</b> {t(key, vars)}
      {proof.with !== null && (
        <span className="soft">
          {" "}
          {t("call.proof.with")}{" "}
          <Link to={`/venues/${proof.with}`} data-name="">
            {named(proof.with)}
          </Link>
        </span>
      )}
    </p>
  );
}

/** How long after the call: in seconds as long as somebody counts them. */
function useAfter(): (ms: number) => string {
  const { t, lang } = useWords();
  return (ms) =>
    ms < LONG_MS ? t("call.detail.after", { s: seconds(ms) }) : t("call.detail.after.long", { span: span(ms, lang) });
}

function Person({ entry }: { entry: RollCallEntry }) {
  const { t } = useWords();
  const after = useAfter();
  const { person, mode } = entry;
  if (!person || mode === null) return null;
  const { via, telephone }: RollCallPerson = person;
  const seen = (good: boolean | null) => t(`call.hand.${good === null ? "unsaid" : good ? "good" : "bad"}`);
  return (
    <div className="call-said" data-testid="call-said">
      <b>{t("call.detail.said")}</b>
      <p>
        {t(`call.mode.${mode}`)}
        {via === "page" && ` · ${t("call.via.page")}`}
        {person.afterwards && ` · ${t("call.told.afterwards")}`} · <span data-name="">{person.person || "—"}</span> ·{" "}
        {after(person.at_ms)}
      </p>
      <p>
        {t("call.hand.picture")} {seen(person.picture)} · {t("call.hand.sound")} {seen(person.sound)}
      </p>
      {telephone && <Telephone telephone={telephone} />}
      {person.note && <p data-name="">{person.note}</p>}
      {person.operator && (
        <p className="soft" data-name="">
          {t("call.detail.recorded", { name: person.operator })}
        </p>
      )}
    </div>
  );
}

/** Everything that persons said, where that is more than what counts. */
function Words({ entry }: { entry: RollCallEntry }) {
  const { t } = useWords();
  const after = useAfter();
  const said = entry.said ?? [];
  if (said.length === 0) return null;
  return (
    <div className="call-said" data-testid="call-words">
      <b>{t("call.words")}</b>
      {said.map(({ what, at_ms, operator, text, afterwards }) => (
        <p key={`${what} ${at_ms} ${text}`}>
          {t(`call.words.${what}`)} <span data-name="">{text}</span>{" "}
          <small className="soft">
            {after(at_ms)}
            {afterwards && ` · ${t("call.told.afterwards")}`}
            {operator && <span data-name=""> · {operator}</span>}
          </small>
        </p>
      ))}
    </div>
  );
}
