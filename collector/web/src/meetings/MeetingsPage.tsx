// HQ's meetings: which are on, which come, who takes part, and how long nothing disturbs their venues. They are entered on the command
// line of HQ, not here.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { MeetingItem } from "../api/names";
import { meetingsQuery } from "../api/queries";
import { placeLink } from "../overview/Readiness";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { useCell } from "../state/cell";
import { useNames } from "../state/use_names";
import { clockTime } from "../time/age";
import { now, second } from "../time/clock";
import { hours } from "../venue/meeting";
import { useWords } from "../words/words";
import { inOrder, type MeetingRow } from "./in_order";

/** A meeting begins with its minute: so often it is enough to look. */
const LOOK_S = 10;

export function MeetingsPage() {
  const { t, n } = useWords();
  useCell(second, () => Math.floor(now() / 1000 / LOOK_S));
  const { data, error, refetch } = useQuery(meetingsQuery);
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return <Loading />;
  const { rows, more } = inOrder(data.items, now());
  return (
    <div className="systems" data-testid="meetings" data-ready="meetings">
      <Panel title={t("meetings.title")} now_ms={data.now_ms} testid="meetings-list">
        {rows.length === 0 ? (
          <Notice title={t("meetings.none")} next={t("meetings.none.next")} />
        ) : (
          <table className="grid-table">
            <thead>
              <tr>
                <th scope="col">{t("meetings.name")}</th>
                <th scope="col">{t("meetings.state")}</th>
                <th scope="col">{t("meetings.hours")}</th>
                <th scope="col">{t("meetings.whom")}</th>
                <th scope="col">{t("meetings.quiet")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.meeting.id} row={row} />
              ))}
            </tbody>
          </table>
        )}
        {more > 0 && <p className="soft quiet">{t("meetings.more", { n: n(more) })}</p>}
      </Panel>
    </div>
  );
}

function Row({ row: { meeting, phase } }: { row: MeetingRow }) {
  const { t } = useWords();
  const minute = (at_ms: number) => clockTime(at_ms).slice(0, 5);
  return (
    <tr data-testid={`meeting-${meeting.id}`} data-phase={phase}>
      <th scope="row">
        <span data-name="">{meeting.title}</span>
      </th>
      <td>{phase === "on" ? <b>{t("meeting.on")}</b> : t(`meeting.${phase === "over" ? "after" : phase}`)}</td>
      <td className="num">{hours(meeting, now())}</td>
      <td>
        <Whom meeting={meeting} />
      </td>
      <td className="num">
        {minute(meeting.covers_from_ms)}–{minute(meeting.covers_to_ms)}
      </td>
    </tr>
  );
}

function Whom({ meeting: { place, place_name, venues } }: { meeting: MeetingItem }) {
  const { t, n } = useWords();
  const [first = ""] = venues;
  const named = useNames(place == null && first !== "" ? [first] : []);
  if (place != null) {
    return (
      <Link to={placeLink(place)} className="plain">
        <span data-name="">{place_name ?? place}</span>
      </Link>
    );
  }
  return (
    <>
      <Link to={`/venues/${first}`} className="plain">
        <span data-name="">{named(first)}</span>
      </Link>
      {venues.length > 1 && <span className="soft"> {t("meetings.others", { n: n(venues.length - 1) })}</span>}
    </>
  );
}
