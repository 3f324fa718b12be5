// The record of one venue: what its box measured and what a person looked at, side by side, and its way up.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { RecordItem, RunAnswer, RunRecord } from "../api/names";
import { runRecordQuery, venueQuery } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { State } from "../state/Mark";
import { Age } from "../time/Age";
import { measured } from "../venue/figures";
import { Telephone } from "../venues/Telephone";
import { useWords } from "../words/words";
import { Facts } from "./Facts";
import { Handle } from "./Handle";
import { byResult, RESULT_MARK } from "./look";
import { Manual } from "./Manual";
import { Review } from "./Review";
import { CONCLUSION_MARK } from "./run";
import { Source } from "./Source";

interface PanelProps {
  id: string;
  venue: string;
  open: boolean;
  close: () => void;
}

export function RecordPanel({ answer, ...of }: PanelProps & { answer: RunAnswer }) {
  const { t } = useWords();
  const chosen = of.venue !== "";
  return (
    <Panel
      title={t(chosen ? "inspect.record" : "inspect.order")}
      note={chosen ? t("call.detail.keys") : undefined}
      className="call-side run-record"
      testid="record"
    >
      {chosen ? <Record key={of.venue} {...of} /> : <Facts answer={answer} />}
    </Panel>
  );
}

function Record({ id, venue, open, close }: PanelProps) {
  const { data, error, refetch } = useQuery(runRecordQuery(id, venue, open));
  if (error && !data) return <Failed error={error} retry={refetch} what="venue" code={venue} />;
  if (!data) return <Loading />;
  return <Told id={id} record={data} close={close} />;
}

function Told({ id, record, close }: { id: string; record: RunRecord; close: () => void }) {
  const { t } = useWords();
  const { venue } = record;
  return (
    <div className="call-detail" data-testid="record-of" data-venue={venue.venue}>
      <header>
        <h3>
          <Link to={`/venues/${venue.venue}`} data-name="">
            {venue.name}
          </Link>
        </h3>
        <button type="button" className="plain" onClick={close}>
          {t("call.detail.close")} <kbd>Esc</kbd>
        </button>
      </header>
      <p className="soft" data-name="">
        {venue.place_name} {venue.venue}
      </p>
      <p className="call-detail-now">
        <State of={CONCLUSION_MARK[venue.conclusion]} word={t(`inspect.conclusion.${venue.conclusion}`)} />
        {venue.reason !== null && <span>{t(`inspect.why.${venue.reason}`)}</span>}
        {record.excuse && <span data-name="">{record.excuse}</span>}
        {venue.blamed !== null && (
          <span>
            {t("inspect.blamed")} {venue.blamed ? <b data-name="">{venue.blamed}</b> : <b>{t("inspect.stage.none")}</b>}
          </span>
        )}
        <span className="grow" />
        <Contact venue={venue.venue} />
      </p>
      <Items id={id} record={record} />
      <Review id={id} record={record} />
    </div>
  );
}

/** Whom to telephone there. */
function Contact({ venue }: { venue: string }) {
  const { data } = useQuery({ ...venueQuery(venue), refetchInterval: false });
  if (!data) return null;
  return (
    <span className="call-contact">
      {data.venue.contact && <span data-name="">{data.venue.contact}</span>}
      <Telephone telephone={data.venue.telephone} />
    </span>
  );
}

function Items({ id, record }: { id: string; record: RunRecord }) {
  const { t } = useWords();
  const auto = byResult(record.entries.filter((item) => item.source === "auto"));
  const manual = record.entries.filter((item) => item.source === "manual");
  return (
    <>
      <table className="grid-table run-items" data-testid="items">
        <thead>
          <tr>
            <th scope="col">{t("inspect.item")}</th>
            <th scope="col">{t("inspect.item.result")}</th>
            <th scope="col">{t("inspect.item.value")}</th>
          </tr>
        </thead>
        <tbody>
          {auto.map((item) => (
            <Item key={item.key} id={id} record={record} item={item} />
          ))}
        </tbody>
      </table>
      <Manual id={id} record={record} items={manual} />
    </>
  );
}

interface ItemProps {
  id: string;
  record: RunRecord;
  item: RecordItem;
}

function Item({ id, record, item }: ItemProps) {
  const words = useWords();
  const { t, finding } = words;
  const { value, unit, result, at_ms, finding: code, detail } = item.now;
  const number = Number(value);
  const told = value === null || Number.isNaN(number) ? value : measured(number, unit, words).join(" ");
  return (
    <tr data-testid={`item-${item.key}`} data-state={result}>
      <th scope="row">
        <span data-name="">{item.title}</span> <Source of={item.source} />
      </th>
      <td>
        <State of={RESULT_MARK[result]} word={t(`inspect.item.state.${result}`)} />
        {item.reason !== null && <small>{t(`inspect.why.${item.reason}`)}</small>}
        {code !== null ? (
          <small title={detail}>{finding(code, "fail").cause}</small>
        ) : (
          detail && <small data-name="">{detail}</small>
        )}
        <Handle id={id} record={record} item={item} />
      </td>
      <td className="num">
        {told ?? "—"}
        {item.standard && (
          <small className="soft">
            {t("inspect.item.limit")} <span data-name="">{item.standard}</span>
          </small>
        )}
        {at_ms > 0 && (
          <small className="soft">
            <Age at={at_ms} />
            {item.earlier.length > 0 && ` · ${t("inspect.asked", { n: item.earlier.length + 1 })}`}
          </small>
        )}
      </td>
    </tr>
  );
}
