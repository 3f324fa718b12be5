// Below a county there are no outlines: one tile a place, townships in rows, villages behind them.
import { memo, useCallback } from "react";
import { useNavigate } from "react-router";
import { ask, query } from "../api/fetch";
import type { ChildPlace, Counts, PlaceAnswer, PlaceRef, VenuesAnswer } from "../api/names";
import { Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { problems, remainder, worst } from "../state/classes";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";

export function Tiles({ answer }: { answer: PlaceAnswer }) {
  const { t } = useWords();
  const open = useOpenPlace();
  const { children } = answer;
  const nested = children.some((child) => child.children && child.children.length > 0);
  return (
    <Panel title={t("tiles.title")} now_ms={answer.now_ms} live className="tiles" testid="tiles">
      {children.length === 0 ? (
        <Notice title={t("tiles.none")}>
          <button type="button" className="plain" onClick={() => open(answer.place.code)}>
            {t("tiles.open")}
          </button>
        </Notice>
      ) : nested ? (
        children.map((child) => <Township key={child.code} place={child} open={open} />)
      ) : (
        <div className="tile-names">
          <OwnTile place={answer.place} counts={answer.counts} parts={children} named />
          {children.map((child) => (
            <Tile key={child.code} place={child} counts={child.counts} open={open} named />
          ))}
        </div>
      )}
      <p className="soft tiles-legend">{t("tiles.legend")}</p>
    </Panel>
  );
}

interface OwnProps {
  place: PlaceRef;
  counts: Counts;
  parts: ChildPlace[];
  named?: boolean;
}

/** The venues of the place itself, so that the tiles add up to its total. */
function OwnTile({ place, counts, parts, named }: OwnProps) {
  const { t } = useWords();
  const navigate = useNavigate();
  const own = remainder(
    counts,
    parts.map((part) => part.counts),
  );
  const state = worst(own);
  if (!state) return null;
  const name = t("levels.own", { place: place.name });
  return (
    <button
      type="button"
      className={`tile is-own is-${state}`}
      data-name=""
      title={`${name} · ${t(`class.${state}`)}`}
      onClick={() => navigate(`/venues?place=${place.code}&sort=code`)}
    >
      <Mark of={state} />
      {named && <span>{name}</span>}
    </button>
  );
}

/** A place with one venue opens the venue; with more, their list. */
function useOpenPlace(): (code: string) => void {
  const navigate = useNavigate();
  return useCallback(
    async (code: string) => {
      const list = `/venues?place=${code}`;
      try {
        const { items, total } = await ask<VenuesAnswer>(`/venues${query({ place: code, limit: 1 })}`);
        const only = total === 1 ? items[0] : undefined;
        navigate(only ? `/venues/${only.id}` : list);
      } catch {
        navigate(list);
      }
    },
    [navigate],
  );
}

const Township = memo(function Township({ place, open }: { place: ChildPlace; open: (code: string) => void }) {
  const { n } = useWords();
  const navigate = useNavigate();
  const bad = problems(place.counts);
  return (
    <div className="township">
      <button
        type="button"
        className="township-name"
        data-testid={`tile-${place.code}`}
        onClick={() => navigate(`/?place=${place.code}`)}
      >
        <span data-name="">{place.name}</span>
        <small className="num soft">
          {n(place.counts.venues - bad)} / {n(place.counts.venues)}
        </small>
      </button>
      <div className="tile-grid">
        <OwnTile place={place} counts={place.counts} parts={place.children ?? []} />
        {(place.children ?? []).map((child) => (
          <Tile key={child.code} place={child} counts={child.counts} open={open} />
        ))}
      </div>
    </div>
  );
});

interface TileProps {
  place: ChildPlace;
  counts: Counts;
  open: (code: string) => void;
  named?: boolean;
}

const Tile = memo(function Tile({ place, counts, open, named }: TileProps) {
  const { t } = useWords();
  const state = worst(counts);
  const word = state ? t(`class.${state}`) : t("overview.excluded");
  return (
    <button
      type="button"
      className={`tile ${state ? `is-${state}` : "is-none"}`}
      data-testid={`tile-${place.code}`}
      data-class={state ?? ""}
      data-name=""
      title={`${place.name} · ${word}`}
      onClick={() => open(place.code)}
    >
      {state ? <Mark of={state} /> : <span className="mark">–</span>}
      {named && <span>{place.name}</span>}
    </button>
  );
});
