// Which of HQ's meetings is on here or comes next, and until when no test disturbs the room.
import type { VenueAnswer } from "../api/names";
import { useCell } from "../state/cell";
import { Dash } from "../time/Age";
import { clockTime } from "../time/age";
import { now, second } from "../time/clock";
import { useWords } from "../words/words";
import { hours, phase } from "./meeting";

export function Meeting({ answer: { meeting } }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const stands = useCell(second, () => (meeting == null ? "over" : phase(meeting, now())));
  if (meeting == null || stands === "over") {
    return (
      <p className="soft" data-testid="meeting" data-phase="none">
        {t("meeting")} <Dash why={t("meeting.none")} />
      </p>
    );
  }
  return (
    <p data-testid="meeting" data-phase={stands}>
      {stands === "next" ? <span className="soft">{t("meeting.next")}</span> : <b>{t(`meeting.${stands}`)}</b>}{" "}
      <span data-name="">{meeting.title}</span> <span className="num">{hours(meeting, now())}</span>
      {stands !== "next" && (
        <span className="soft"> {t("meeting.quiet", { until: clockTime(meeting.covers_to_ms).slice(0, 5) })}</span>
      )}
    </p>
  );
}
