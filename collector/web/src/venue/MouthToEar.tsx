// Both ways between this venue and another: who is heard and seen, how late, how loud, lips and sound; and a button that tries it now.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { MouthToEarLimits, MouthToEarRun, MouthToEarWay, VenueAnswer } from "../api/names";
import { mouthToEarQuery } from "../api/queries";
import { Panel } from "../panels/Panel";
import { useCell } from "../state/cell";
import { State } from "../state/Mark";
import { Age } from "../time/Age";
import { now, second } from "../time/clock";
import { type Key, useWords } from "../words/words";
import { LipSyncBar } from "./LipSyncBar";
import { otherEnd, secondsLeft, wayVerdict } from "./mouth_to_ear";
import { Propose } from "./Propose";
import { WithWhom } from "./WithWhom";
import "../style/across.css";

export function MouthToEar({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const [asks, setAsks] = useState(false);
  const id = answer.venue.id;
  const again = useQueryClient();
  const { data } = useQuery({ ...mouthToEarQuery(id), enabled: answer.mouth_to_ear });
  if (!answer.mouth_to_ear) return null;
  const runs = data?.items ?? [];
  const newest = runs[0];
  const isOpen = newest?.until_ms != null;
  return (
    <Panel
      title={t("across.title")}
      now_ms={data?.now_ms}
      className="across"
      testid="across"
      extra={
        <button
          type="button"
          className="plain"
          data-testid="across-begin"
          disabled={isOpen}
          onClick={() => setAsks(true)}
        >
          {t("across.begin")}
        </button>
      }
    >
      {newest === undefined ? (
        <p className="soft quiet">{t("across.none")}</p>
      ) : (
        <Run run={newest} of={id} limits={data?.limits} />
      )}
      {runs.length > 1 && <Earlier runs={runs.slice(1, 6)} of={id} />}
      {asks && (
        <WithWhom
          venue={answer.venue}
          close={() => setAsks(false)}
          began={() => {
            setAsks(false);
            again.invalidateQueries({ queryKey: ["mouth-to-ear", id] });
          }}
        />
      )}
    </Panel>
  );
}

interface RunProps {
  run: MouthToEarRun;
  of: string;
  limits: MouthToEarLimits | undefined;
}

function Run({ run, of, limits }: RunProps) {
  const { t } = useWords();
  const other = otherEnd(run, of);
  const left = useCell(second, () => secondsLeft(run, now()));
  return (
    <div data-testid="across-run" data-verdict={run.verdict} data-open={run.until_ms != null}>
      <p className="across-head">
        <b data-name="">{other.name}</b>
        <span className="soft num">{other.venue}</span>
        {run.until_ms != null ? (
          <span role="status">{t("across.running", { left })}</span>
        ) : (
          <State of={run.verdict} word={t(`verdict.${run.verdict}`)} />
        )}
        <span className="grow" />
        {run.round_trip_ms != null && <span className="num">{t("across.round", { ms: run.round_trip_ms })}</span>}
        <Age at={run.at_ms} />
      </p>
      {run.interrupted && run.until_ms == null && (
        <p className="across-silence" data-testid="across-interrupted">
          {t("across.interrupted")}
        </p>
      )}
      <Propose run={run} of={of} />
      {run.ends.map((end) => (
        <Silence key={end.venue} end={end} open={run.until_ms != null} />
      ))}
      <div className="across-ways">
        {run.ways.map((way) => (
          <Way key={way.from} way={way} run={run} limits={limits} />
        ))}
      </div>
    </div>
  );
}

function Silence({ end, open }: { end: MouthToEarRun["ends"][number]; open: boolean }) {
  const { t } = useWords();
  if (end.told || (open && end.answer == null)) return null;
  const key: Key = `across.end.${(end.answer as "done" | "interlocked" | "impossible" | null) ?? "silent"}`;
  return (
    <p className="across-silence">
      <b data-name="">{end.name}</b> {t(key)}
      {end.detail != null && <span data-name="">：{end.detail}</span>}
    </p>
  );
}

interface WayProps {
  way: MouthToEarWay;
  run: MouthToEarRun;
  limits: MouthToEarLimits | undefined;
}

function Way({ way, run, limits }: WayProps) {
  const { t, finding } = useWords();
  const name = (id: string) => run.ends.find((end) => end.venue === id)?.name ?? id;
  const verdict = wayVerdict(way);
  const picture = way.picture;
  return (
    <section className="across-way" data-testid={`way-${way.from}`} data-verdict={verdict}>
      <h3>
        <span data-name="">{name(way.from)}</span> → <span data-name="">{name(way.to)}</span>
        <span className="grow" />
        {(run.until_ms == null || way.heard != null) && <State of={verdict} word={t(`verdict.${verdict}`)} />}
      </h3>
      <dl>
        <dt>{t("across.heard")}</dt>
        <dd>{whom(t, way.heard, way.heard_venue)}</dd>
        <dt>{t("across.seen")}</dt>
        <dd>{way.seen == null ? t("across.not-looked") : whom(t, way.seen, way.seen_venue)}</dd>
        <dt>{t("across.delay")}</dt>
        <dd className="num">
          {way.judged_delay_ms == null ? "—" : `${way.judged_delay_ms} ms`}
          {way.judged_delay_ms != null && (
            <small className="soft">
              {way.delay_error_ms == null ? t("across.half") : `±${way.delay_error_ms} ms`}
              {limits && ` · ≤${limits.delay_ms[0]} ms`}
            </small>
          )}
        </dd>
        <dt>{t("across.level")}</dt>
        <dd className="num">
          {way.level_db == null ? "—" : `${way.level_db} dBFS`}
          {way.snr_db != null && <small className="soft">{t("across.snr", { db: way.snr_db })}</small>}
        </dd>
        <dt>{t("across.echo")}</dt>
        <dd className="num">{way.echo_db == null ? t("across.no-echo") : `${way.echo_db} dB`}</dd>
        {picture != null && (
          <>
            <dt>{t("across.picture")}</dt>
            <dd className="num">
              {t("across.fps", { fps: picture.fps })}
              <small className="soft">
                {t("across.frames", {
                  still: picture.longest_still_ms,
                  missing: picture.missing,
                  repeated: picture.repeated,
                })}
              </small>
            </dd>
          </>
        )}
      </dl>
      {limits && way.lip_sync_ms != null && (
        <LipSyncBar early_ms={way.lip_sync_ms} error_ms={way.lip_sync_error_ms ?? 0} limits={limits} />
      )}
      {way.findings.map(({ code, verdict: of }) => (
        <p key={code} className={`across-finding is-${of}`}>
          <State of={of} word={finding(code, of).cause} />
          <small>{finding(code, of).next}</small>
        </p>
      ))}
    </section>
  );
}

function whom(t: ReturnType<typeof useWords>["t"], heard: string | null, venue: string | null): React.ReactNode {
  if (heard === null) return <span className="soft">— {t("across.not-told")}</span>;
  if (heard === "other") return t("across.whom.other", { venue: venue ?? "" });
  return t(`across.whom.${heard as "right" | "itself" | "nobody"}`);
}

function Earlier({ runs, of }: { runs: MouthToEarRun[]; of: string }) {
  const { t } = useWords();
  return (
    <ul className="across-earlier" aria-label={t("across.earlier")}>
      {runs.map((run) => {
        const other = otherEnd(run, of);
        return (
          <li key={run.number}>
            <State of={run.verdict} word={t(`verdict.${run.verdict}`)} />
            <span data-name="">{other.name}</span>
            <span className="soft num">{other.venue}</span>
            <span className="grow" />
            <span className="soft">
              <Age at={run.at_ms} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
