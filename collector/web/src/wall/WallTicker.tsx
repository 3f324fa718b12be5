// What just happened, a few at a time; the newest stay a moment, then the ones before come round.
import type { Change, PlaceRef } from "../api/names";
import { placeBelow } from "../overview/where";
import { useCell } from "../state/cell";
import { Mark } from "../state/Mark";
import { clockTime } from "../time/age";
import { second } from "../time/clock";
import { useWords } from "../words/words";
import { pageOf } from "./turn";

const LINES = 2;
const KEPT = 12;
const PAGE_S = 6;

export function WallTicker({ changes, path }: { changes: readonly Change[]; path: PlaceRef[] }) {
  const { t, finding } = useWords();
  const page = useCell(second, (tick) => Math.floor(tick / PAGE_S));
  const shown = pageOf(changes.slice(0, KEPT), LINES, page, 1);
  return (
    <section className="wall-ticker" data-testid="wall-ticker" aria-label={t("wall.ticker")}>
      <h2>{t("wall.ticker")}</h2>
      {shown.length === 0 ? (
        <p className="soft">{t("wall.ticker.none")}</p>
      ) : (
        <ol>
          {shown.map((change) => (
            <li key={change.seq}>
              <time className="num soft">{clockTime(change.at_ms)}</time>
              <span className={`state is-${change.to}`}>
                <Mark of={change.to} />
                {t(`class.${change.to}`)}
              </span>
              <b data-name="">
                {placeBelow(change.place_name, path)} {change.name}
              </b>
              {change.finding != null && <span className="soft">{finding(change.finding, change.to).cause}</span>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
