// The record of one venue: what its box measured and what a person looked at, side by side, and its way up.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { RecordItem, RunRecord } from "../api/awaited";
import { runRecordQuery, venueQuery } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { State } from "../state/Mark";
import { Age } from "../time/Age";
import { measured } from "../venue/figures";
import { Telephone } from "../venues/Telephone";
import { useWords } from "../words/words";
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

export function RecordPanel({ id, venue, open, close }: PanelProps) {
  const { t } = useWords();
  return (
    <Panel title={t("inspect.record")} note={t("call.detail.keys")} className="call-side run-record" testid="record">
      {venue === "" ? (
        <Notice title={t("inspect.record.none")} next={t("inspect.record.none.next")} />
      ) : (
        <Record key={venue} id={id} venue={venue} open={open} close={close} />
      )}
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
  return (
    <div className="call-detail" data-testid="record-of" data-venue={record.venue}>
      <header>
        <h3>
          <Link to={`/venues/${record.venue}`} data-name="">
            {record.name}
          </Link>
        </h3>
        <button type="button" className="plain" onClick={close}>
          {t("call.detail.close")} <kbd>Esc</kbd>
        </button>
      </header>
      <p className="soft" data-name="">
        {record.place_name} {record.venue}
      </p>
      <p className="call-detail-now">
        <State of={CONCLUSION_MARK[record.conclusion]} word={t(`inspect.conclusion.${record.conclusion}`)} />
        {record.reason !== null && <span>{t(`inspect.why.${record.reason}`)}</span>}
        {record.excuse && <span data-name="">{record.excuse}</span>}
        {record.blamed !== null && (
          <span>
            {t("inspect.blamed")}{" "}
            {record.blamed ? <b data-name="">{record.blamed}</b> : <b>{t("inspect.stage.none")}</b>}
          </span>
        )}
        <span className="grow" />
        <Contact venue={record.venue} />
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
  const auto = byResult(record.items.filter((item) => item.source === "auto"));
  const manual = record.items.filter((item) => item.source === "manual");
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
            <Item key={item.key} item={item} />
          ))}
        </tbody>
      </table>
      <Manual id={id} record={record} items={manual} />
    </>
  );
}

function Item({ item }: { item: RecordItem }) {
  const words = useWords();
  const { t, finding } = words;
  const value = typeof item.value === "number" ? measured(item.value, item.unit ?? "", words).join(" ") : item.value;
  return (
    <tr data-testid={`item-${item.key}`} data-state={item.result}>
      <th scope="row">
        <span data-name="">{item.title}</span> <Source of={item.source} />
      </th>
      <td>
        <State of={RESULT_MARK[item.result]} word={t(`inspect.item.state.${item.result}`)} />
        {item.reason !== null && <small>{t(`inspect.why.${item.reason}`)}</small>}
        {item.finding !== null && <small>{finding(item.finding, "fail").cause}</small>}
      </td>
      <td className="num">
        {value ?? "—"}
        {item.standard && (
          <small className="soft">
            {t("inspect.item.limit")} <span data-name="">{item.standard}</span>
          </small>
        )}
        {item.at_ms !== null && (
          <small className="soft">
            <Age at={item.at_ms} />
            {item.earlier.length > 0 && ` · ${t("inspect.asked", { n: item.earlier.length + 1 })}`}
          </small>
        )}
      </td>
    </tr>
  );
}
