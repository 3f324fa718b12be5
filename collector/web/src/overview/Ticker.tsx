// What just changed, newest first. Paused, it holds still and counts what it holds back.
import { memo, useState } from "react";
import { Link } from "react-router";
import type { Change, PlaceRef } from "../api/names";
import { Panel } from "../panels/Panel";
import { Mark } from "../state/Mark";
import { clockTime, timestamp } from "../time/age";
import { useWords } from "../words/words";
import { placeBelow } from "./where";

export function Ticker({ changes, path, now_ms }: { changes: Change[]; path: PlaceRef[]; now_ms: number }) {
  const { t, n } = useWords();
  const [held, setHeld] = useState<Change[] | null>(null);
  const shown = held ?? changes;
  const newest = shown[0]?.seq ?? Number.NEGATIVE_INFINITY;
  const waiting = held ? changes.filter((change) => change.seq > newest).length : 0;
  return (
    <Panel
      title={t("ticker.title")}
      note={held ? t("ticker.held", { n: `${n(waiting)}${waiting >= 50 ? "+" : ""}` }) : undefined}
      now_ms={now_ms}
      live
      className="ticker"
      testid="ticker"
      extra={
        <button
          type="button"
          className="plain"
          data-testid="ticker-pause"
          aria-pressed={held !== null}
          onClick={() => setHeld(held ? null : changes)}
        >
          {t(held ? "ticker.resume" : "ticker.pause")}
        </button>
      }
    >
      {shown.length === 0 ? (
        <p className="soft quiet">{t("ticker.none")}</p>
      ) : (
        <ol>
          {shown.map((change) => (
            <Item key={change.seq} change={change} place={placeBelow(change.place_name, path)} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

const Item = memo(function Item({ change, place }: { change: Change; place: string }) {
  const { t, finding } = useWords();
  return (
    <li data-testid="change" data-venue={change.venue} data-to={change.to}>
      <time className="num soft" title={`${timestamp(change.at_ms)} ${t("time.zone")}`}>
        {clockTime(change.at_ms)}
      </time>
      <span className={`state is-${change.to}`}>
        <Mark of={change.to} />
        {t(`class.${change.to}`)}
      </span>
      <span className="change-what">
        <Link to={`/venues/${change.venue}`} data-name="">
          {place} {change.name}
        </Link>
        <span className="soft">
          {change.finding != null
            ? finding(change.finding, change.to).cause
            : change.from != null
              ? `${t(`class.${change.from}`)} → ${t(`class.${change.to}`)}`
              : t("ticker.new")}
        </span>
      </span>
    </li>
  );
});
