// What happened in the room lately, as its agent told: meetings, calls, power cut, devices replaced, what the interlock refused.
import { useState } from "react";
import type { VenueAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { Age } from "../time/Age";
import { useWords } from "../words/words";
import { eventLines, FIRST } from "./events";

export function Events({ answer }: { answer: VenueAnswer }) {
  const { t, n, lang } = useWords();
  const [all, setAll] = useState(false);
  const { events } = answer;
  return (
    <Panel title={t("events.title")} now_ms={answer.now_ms} live className="events" testid="events">
      {events.length === 0 ? (
        <p className="soft quiet">{t("events.none")}</p>
      ) : (
        <ol>
          {eventLines(lang, events, all).map(({ key, at_ms, title, text }) => (
            <li key={key}>
              <span className="soft">
                <Age at={at_ms} />
              </span>
              {title !== null && <b>{title}</b>}
              <span data-name="">{text}</span>
            </li>
          ))}
        </ol>
      )}
      {events.length > FIRST && (
        <button
          type="button"
          className="plain"
          data-testid="events-all"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? t("events.newest") : t("events.all", { count: n(events.length) })}
        </button>
      )}
    </Panel>
  );
}
