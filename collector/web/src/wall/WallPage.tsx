// The big screen: read from five metres, touched by nobody. Map, roll call, three figures, what just happened.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Link } from "react-router";
import type { PlaceAnswer } from "../api/names";
import { PROVINCE, placeQuery, rollCallsQuery } from "../api/queries";
import { WallAssurance } from "../assurance/Badge";
import { InboundStrip } from "../inbound/InboundStrip";
import { health, link } from "../live/stream";
import { useFollow } from "../live/use_follow";
import { MapCanvas, MapFoot, useOutlines } from "../overview/MapPanel";
import { Loading, Notice } from "../panels/Notice";
import { Freshness } from "../panels/Panel";
import { useCall } from "../roll_call/follow_call";
import { useCell } from "../state/cell";
import { problems, readyPercent } from "../state/classes";
import { themeName } from "../theme/appearance";
import { cssVariables, type ThemeName } from "../theme/tokens";
import { WallClock } from "../time/Age";
import { timestamp } from "../time/age";
import { now, second } from "../time/clock";
import { useWords } from "../words/words";
import { STILLS_S, stillsNow, stillsOf } from "./stills";
import { chosenCall, shown } from "./turn";
import { pagesOf, useBoards } from "./use_boards";
import { WallCall } from "./WallCall";
import { WallNetworks } from "./WallNetworks";
import { WallProblems } from "./WallProblems";
import { WallStills } from "./WallStills";
import { WallTicker } from "./WallTicker";
import { WallTurn } from "./WallTurn";
import "../style/wall.css";

/** A first answer that did not come is asked for again so often. */
const AGAIN_MS = 5_000;
const MINUTE_MS = 60_000;

/** How much larger everything is than on 1080p. */
function scaleNow(): number {
  return Math.min(window.innerWidth / 1920, window.innerHeight / 1080);
}

function useScale(): number {
  const [scale, setScale] = useState(scaleNow);
  useEffect(() => {
    const resized = () => setScale(scaleNow());
    window.addEventListener("resize", resized);
    return () => window.removeEventListener("resize", resized);
  }, []);
  return scale;
}

export function WallPage() {
  const { t } = useWords();
  useFollow(PROVINCE);
  const theme: ThemeName = useCell(themeName) === "contrast" ? "contrast" : "dark";
  const { data } = useQuery({
    ...placeQuery(PROVINCE),
    refetchInterval: ({ state }) => (state.data ? MINUTE_MS : AGAIN_MS),
  });
  return (
    <div className="wall" style={cssVariables(theme) as React.CSSProperties} data-testid="wall" data-ready="wall">
      <header className="wall-top">
        <Link to="/" className="brand" title={t("wall.leave")}>
          <img src="/mark.svg" alt="" />
          <b>Avow</b>
          <span>{t("wall.title")}</span>
        </Link>
        <Lost />
        <Trouble />
        <span className="grow" />
        <WallAssurance />
        {data && <Age at={data.now_ms} />}
        <WallClock />
      </header>
      <InboundStrip />
      {data ? <Board answer={data} theme={theme} /> : <Loading />}
    </div>
  );
}

function Board({ answer, theme }: { answer: PlaceAnswer; theme: ThemeName }) {
  const scale = useScale();
  const calls = useQuery(rollCallsQuery);
  const given = calls.data?.items ?? [];
  // By its number: looked at each second, drawn anew when it is another one.
  const number = useCell(second, () => chosenCall(given, now())?.id ?? null);
  const call = given.find(({ id }) => id === number) ?? null;
  const boards = useBoards(answer);
  const says = { pages: pagesOf(boards), bad: problems(answer.counts) > 0 };
  const turn = useCell(second, (tick) => shown(call, now(), tick, says));
  const { book } = useCall(call === null ? null : String(call.id));
  const stills = useMemo(() => (book ? stillsOf(book.entries) : []), [book]);
  const page = useCell(second, (tick) =>
    turn === "call" && stillsNow(stills, tick) ? Math.floor(tick / STILLS_S) : null,
  );
  const on = page === null ? null : stillsNow(stills, page * STILLS_S);
  const is_call = turn === "call" && book !== null;
  return (
    <main className="wall-board">
      <Figures answer={answer} />
      {boards.levels && <WallNetworks {...boards.levels} />}
      {on ? <WallStills stills={on} /> : <MapBoard answer={answer} theme={theme} scale={scale} />}
      {is_call ? (
        <WallCall book={book} theme={theme} scale={scale} />
      ) : turn === "call" || turn === "problems" ? (
        <WallProblems answer={answer} called={call !== null} />
      ) : (
        <WallTurn page={turn} boards={boards} />
      )}
      <WallTicker changes={answer.changes} path={answer.path} />
    </main>
  );
}

function Figures({ answer }: { answer: PlaceAnswer }) {
  const { t, n } = useWords();
  const { counts } = answer;
  const percent = readyPercent(counts);
  const bad = problems(counts);
  return (
    <dl className="wall-figures num" data-testid="wall-figures">
      <div>
        <dt>{t("wall.ready")}</dt>
        <dd className={bad === 0 ? "is-pass" : undefined}>{percent === null ? "—" : `${percent.toFixed(1)}%`}</dd>
        <dd className="soft">
          {n(counts.pass)} / {n(counts.venues)}
        </dd>
      </div>
      <div>
        <dt>{t("wall.agents")}</dt>
        <dd>{n(counts.agents)}</dd>
        <dd className="soft">{t("wall.of", { n: n(counts.venues) })}</dd>
      </div>
      <div>
        <dt>{t("wall.problems")}</dt>
        <dd className={bad > 0 ? "is-fail" : "is-pass"}>{n(bad)}</dd>
        <dd className="soft">
          {t("class.silent")} {n(counts.silent)} · {t("class.fail")} {n(counts.fail)}
        </dd>
      </div>
    </dl>
  );
}

const MAP_SCALE = 1.6;

function MapBoard({ answer, theme, scale }: { answer: PlaceAnswer; theme: ThemeName; scale: number }) {
  const { t } = useWords();
  const { outlines, error } = useOutlines(answer.children);
  return (
    <section className="wall-map" aria-label={t("map.title")}>
      {error ? (
        <Notice title={t("map.none")} />
      ) : (
        <MapCanvas
          key={scale}
          place={answer.place}
          items={answer.children}
          outlines={outlines}
          dressed={theme}
          scale={scale * MAP_SCALE}
        />
      )}
      <MapFoot />
    </section>
  );
}

/** While the stream is lost that is said with the time: once is enough. */
function Age({ at }: { at: number }) {
  const lost = useCell(link, (l) => l.phase === "lost");
  return lost ? null : <Freshness at={at} live />;
}

/** The stream is lost: said where everybody looks, and it comes back by itself. */
function Lost() {
  const { t } = useWords();
  const lost = useCell(link, (l) => l.phase === "lost");
  const until = useCell(link, (l) => l.true_until_ms);
  if (!lost) return null;
  return (
    <strong className="wall-lost" role="alert" data-testid="wall-lost">
      {until === null ? t("wall.lost.none") : t("wall.lost", { time: timestamp(until).slice(11) })}
    </strong>
  );
}

/** What does not work at HQ itself, e.g. a disk that is full: in words, where everybody looks. */
function Trouble() {
  const { t } = useWords();
  const trouble = useCell(health, (h) => h?.trouble ?? null);
  if (trouble === null) return null;
  return (
    <strong className="wall-trouble" role="status" data-testid="wall-trouble">
      {t("wall.trouble", { what: t(`health.${trouble}`) })}
    </strong>
  );
}
