// 预警: values that drift towards their limits, venues that fail often, backups that nobody has seen work lately.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { Warning } from "../api/names";
import { backupWarningsQuery, frequentQuery, PAGE, PROVINCE, placeQuery, warningsQuery } from "../api/queries";
import { Pager } from "../inspections/Pager";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { BACKUP_MARK, BACKUP_STATES } from "../state/backups";
import { Mark } from "../state/Mark";
import { useSearch } from "../state/use_search";
import { Age } from "../time/Age";
import { timestamp } from "../time/age";
import { isKey, useWords } from "../words/words";
import { Drift } from "./Drift";
import { Enter } from "./Enter";
import { FrequentRules } from "./FrequentRules";
import "../style/warnings.css";

/** Of so many faults it is said when they began. */
const BEGAN = 4;

const VIEWS = ["drift", "frequent", "backups"] as const;
type View = (typeof VIEWS)[number];

export function WarningsPage() {
  const { t } = useWords();
  const [parameters, ask] = useSearch();
  const view: View = VIEWS.find((one) => one === parameters.get("view")) ?? "drift";
  const place = /^\d{2,12}$/.test(parameters.get("place") ?? "") ? (parameters.get("place") ?? "") : "";
  const cities = useQuery({ ...placeQuery(PROVINCE), refetchInterval: false });
  return (
    <div className="warnings" data-testid="warnings" data-ready="warnings" data-view={view}>
      <header className="warnings-bar">
        <fieldset className="switch" aria-label={t("warn.views")}>
          {VIEWS.map((one) => (
            <button
              key={one}
              type="button"
              data-testid={`warn-${one}`}
              aria-pressed={view === one}
              onClick={() => ask({ view: one === "drift" ? null : one })}
            >
              {t(`warn.view.${one}`)}
            </button>
          ))}
        </fieldset>
        <select value={place} aria-label={t("owed.city")} onChange={(event) => ask({ place: event.target.value })}>
          <option value="">{t("owed.city.all")}</option>
          {cities.data?.children.map((city) => (
            <option key={city.code} value={city.code} data-name="">
              {city.name}
            </option>
          ))}
        </select>
      </header>
      {view === "drift" ? (
        <Drifts key={place} place={place} />
      ) : view === "frequent" ? (
        <Frequent key={place} place={place} />
      ) : (
        <Backups key={place} place={place} />
      )}
    </div>
  );
}

function Drifts({ place }: { place: string }) {
  const { t, n } = useWords();
  const [page, setPage] = useState(0);
  const [entered, setEntered] = useState<Warning | null>(null);
  const { data, error, refetch } = useQuery(warningsQuery(place, page));
  if (error && !data) return <Failed error={error} retry={refetch} code={place} />;
  if (!data) return <Loading />;
  return (
    <Panel
      title={t("warn.view.drift")}
      note={data.since_ms === null ? undefined : t("warn.drift.note", { day: timestamp(data.since_ms).slice(0, 10) })}
      now_ms={data.computed_ms}
    >
      {data.computed_ms === null ? (
        <Notice title={t("warn.drift.yet")} next={t("warn.drift.yet.next")} />
      ) : data.total === 0 ? (
        <Notice title={t("warn.drift.none")} next={t("warn.drift.none.next")} />
      ) : (
        <ul className="drifts" data-testid="drifts">
          {data.items.map((one) => (
            <Drift key={`${one.venue} ${one.probe} ${one.value}`} one={one} enter={() => setEntered(one)} />
          ))}
        </ul>
      )}
      <p className="warnings-pager">
        {data.left_out > 0 && <small className="soft">{t("warn.left_out", { n: n(data.left_out) })}</small>}
        <Pager page={page} size={PAGE} total={data.total} turn={setPage} />
      </p>
      {entered && <Enter one={entered} close={() => setEntered(null)} />}
    </Panel>
  );
}

function Frequent({ place }: { place: string }) {
  const { t, n } = useWords();
  const [page, setPage] = useState(0);
  const { data, error, refetch } = useQuery(frequentQuery(place, page));
  if (error && !data) return <Failed error={error} retry={refetch} code={place} />;
  if (!data) return <Loading />;
  const { faults, days, failed_tests: tests } = data.rule;
  const since = data.since_ms === null ? "" : ` · ${t("warn.since", { day: timestamp(data.since_ms).slice(0, 10) })}`;
  return (
    <Panel
      title={t("warn.view.frequent")}
      note={`${t("warn.frequent.note", { faults, days, tests })}${since}`}
      now_ms={data.computed_ms}
      extra={<FrequentRules />}
    >
      {data.computed_ms === null ? (
        <Notice title={t("warn.drift.yet")} next={t("warn.drift.yet.next")} />
      ) : data.total === 0 ? (
        <Notice title={t("warn.frequent.none")} next={t("warn.frequent.none.next")} />
      ) : (
        <table className="grid-table" data-testid="frequent">
          <thead>
            <tr>
              <th scope="col">{t("inspect.venues")}</th>
              <th scope="col" className="figures">
                {t("warn.faults")}
              </th>
              <th scope="col" className="figures">
                {t("warn.failed")}
              </th>
              <th scope="col">{t("warn.began")}</th>
              <th scope="col">{t("warn.last")}</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((one) => (
              <tr key={one.venue} data-testid={`frequent-${one.venue}`}>
                <th scope="row">
                  <Venue one={one} />
                </th>
                <td className="figures num">{n(one.faults)}</td>
                <td className="figures num">{n(one.failed_tests)}</td>
                <td className="num soft">
                  {one.began
                    .slice(-BEGAN)
                    .map((at) => timestamp(at).slice(5, 16))
                    .join(t("backups.and"))}
                </td>
                <td>
                  <Age at={one.last_ms} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="warnings-pager">
        <Pager page={page} size={PAGE} total={data.total} turn={setPage} />
      </p>
    </Panel>
  );
}

function Backups({ place }: { place: string }) {
  const { t } = useWords();
  const [page, setPage] = useState(0);
  const { data, error, refetch } = useQuery(backupWarningsQuery(place, page));
  if (error && !data) return <Failed error={error} retry={refetch} code={place} />;
  if (!data) return <Loading />;
  return (
    <Panel title={t("warn.view.backups")} note={t("warn.backups.note")} now_ms={data.now_ms}>
      {data.total === 0 ? (
        <Notice title={t("warn.backups.none")} />
      ) : (
        <table className="grid-table" data-testid="unproven">
          <thead>
            <tr>
              <th scope="col">{t("inspect.venues")}</th>
              <th scope="col">{t("backups.title")}</th>
              <th scope="col">{t("rectify.head.state")}</th>
              <th scope="col">{t("backups.proven")}</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((one) => (
              <tr key={`${one.venue} ${one.kind} ${one.title}`}>
                <th scope="row">
                  <Venue one={one} />
                </th>
                <td>
                  <Kind kind={one.kind} /> <span data-name="">{one.title}</span>
                </td>
                <td>
                  <Standing state={one.state} />
                </td>
                <td>
                  <Age at={one.last_proven_ms} missing={t("backup.never")} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="warnings-pager">
        <Pager page={page} size={PAGE} total={data.total} turn={setPage} />
      </p>
    </Panel>
  );
}

function Kind({ kind }: { kind: string }) {
  const { t } = useWords();
  const key = `backup.kind.${kind}`;
  return <>{isKey(key) ? t(key) : kind}</>;
}

function Standing({ state: named }: { state: string }) {
  const { t } = useWords();
  const state = BACKUP_STATES.find((one) => one === named) ?? "unexercised";
  return (
    <span className={`state is-${BACKUP_MARK[state]}`}>
      <Mark of={BACKUP_MARK[state]} />
      {t(`backup.${state}`)}
    </span>
  );
}

export function Venue({ one }: { one: { venue: string; name: string; place: string | null } }) {
  return (
    <>
      <Link to={`/venues/${one.venue}`} data-name="">
        {one.name}
      </Link>
      <small className="soft" data-name="">
        {one.place}
      </small>
    </>
  );
}
