// Whether what waits for its turn would work: the kinds of backup by place, with the oldest proof of each.
import { useQuery } from "@tanstack/react-query";
import { memo } from "react";
import { Link, useSearchParams } from "react-router";
import type { SystemCell, SystemRow, SystemsAnswer } from "../api/names";
import { PROVINCE, systemsQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { BACKUP_MARK, BACKUP_STATES, venuesLink, worstState } from "../state/backups";
import { Mark } from "../state/Mark";
import { Age } from "../time/Age";
import { useWords } from "../words/words";
import "../style/systems.css";

export function SystemsPage() {
  const { t } = useWords();
  const [parameters] = useSearchParams();
  const place = parameters.get("place") || PROVINCE;
  useFollow(place);
  const { data, error, refetch } = useQuery(systemsQuery(place));
  if (error && !data) return <Failed error={error} retry={refetch} code={place} />;
  if (!data) return <Loading />;
  return (
    <div className="systems" data-testid="systems" data-ready="systems" data-place={data.total.code}>
      <nav className="systems-path" aria-label={t("overview.path")}>
        {data.path.map((at, index) =>
          index === data.path.length - 1 ? (
            <b key={at.code} data-name="">
              {at.name}
            </b>
          ) : (
            <Link key={at.code} to={systemsLink(at.code)} className="plain">
              <span data-name="">{at.name}</span>
            </Link>
          ),
        )}
      </nav>
      <Panel title={t("systems.title")} now_ms={data.now_ms} className="systems-panel" testid="systems-matrix">
        {data.total.with_backup === 0 ? (
          <Notice title={t("systems.none")} next={t("systems.none.next")} />
        ) : (
          <Matrix answer={data} />
        )}
        <Without rows={data.rows} />
        <Legend />
      </Panel>
    </div>
  );
}

function systemsLink(place: string): string {
  return place === PROVINCE ? "/systems" : `/systems?place=${place}`;
}

function Matrix({ answer }: { answer: SystemsAnswer }) {
  const { t, n } = useWords();
  return (
    <table className="grid-table">
      <thead>
        <tr>
          <th scope="col">{t("levels.place")}</th>
          {answer.total.cells.map((cell) => (
            <th key={cell.kind} scope="col">
              {t(`backup.kind.${cell.kind}`)}
            </th>
          ))}
          <th scope="col" className="figures">
            {t("systems.without")}
          </th>
        </tr>
      </thead>
      <tbody>
        {answer.rows.filter(hasVenues).map((row) => (
          <Row key={`${row.code} ${row.own}`} row={row} />
        ))}
      </tbody>
      <tfoot>
        <tr data-testid="system-total">
          <th scope="row">
            {t("levels.total")}{" "}
            <small className="soft num">{t("problems.venues", { n: n(answer.total.venues) })}</small>
          </th>
          <Cells row={answer.total} />
        </tr>
      </tfoot>
    </table>
  );
}

const Row = memo(function Row({ row }: { row: SystemRow }) {
  const { t, n } = useWords();
  const [before, after] = t("levels.own", { place: "\u0000" }).split("\u0000");
  const name = <span data-name="">{row.name}</span>;
  const deeper = !row.own && row.level !== "village" && row.level !== "township";
  return (
    <tr data-testid={row.own ? `system-${row.code}-own` : `system-${row.code}`}>
      <th scope="row">
        {row.own ? (
          <>
            {before}
            {name}
            {after}
          </>
        ) : deeper ? (
          <Link to={systemsLink(row.code)} className="plain">
            {name}
          </Link>
        ) : (
          name
        )}{" "}
        <small className="soft num">{t("problems.venues", { n: n(row.venues) })}</small>
      </th>
      <Cells row={row} />
    </tr>
  );
});

function Cells({ row }: { row: SystemRow }) {
  const { n } = useWords();
  const without = row.venues - row.with_backup;
  return (
    <>
      {row.cells.map((cell) => (
        <Cell key={cell.kind} row={row} cell={cell} />
      ))}
      <td className="figures num" data-testid={`without-${row.code}`}>
        {without > 0 && !row.own ? <Link to={venuesLink(row.code, null, "none")}>{n(without)}</Link> : n(without)}
      </td>
    </>
  );
}

/** Every state that occurs with its number, the most urgent first, and the oldest proof, if there is any; its list is one click away. */
function Cell({ row, cell }: { row: SystemRow; cell: SystemCell }) {
  const { t, n } = useWords();
  const worst = worstState(cell);
  if (worst === null) {
    return (
      <td className="system-cell" data-kind={cell.kind} data-paths={0}>
        <span className="soft" title={t("systems.cell.none")}>
          —
        </span>
      </td>
    );
  }
  return (
    <td className="system-cell" data-kind={cell.kind} data-paths={cell.paths} data-worst={worst}>
      <span className="system-states">
        {BACKUP_STATES.filter((state) => cell[state] > 0).map((state) => (
          <Link
            key={state}
            to={venuesLink(row.code, cell.kind, state)}
            className={`state is-${BACKUP_MARK[state]} num`}
            title={t(`backup.${state}`)}
            data-state={state}
          >
            <Mark of={BACKUP_MARK[state]} />
            {n(cell[state])}
            <small>{t(`backup.${state}`)}</small>
          </Link>
        ))}
      </span>
      {cell.last_proven_ms !== null && (
        <small className="soft system-oldest">
          {t("systems.oldest")} <Age at={cell.last_proven_ms} missing={t("missing.unproven")} />
        </small>
      )}
    </td>
  );
}

function hasVenues(row: SystemRow): boolean {
  return row.venues > 0;
}

/** Places without any venue, in one line: as rows they would push the others off the screen. */
function Without({ rows }: { rows: readonly SystemRow[] }) {
  const { t, n } = useWords();
  const without = rows.filter((row) => !hasVenues(row));
  if (without.length === 0) return null;
  return (
    <p className="soft systems-without" data-testid="systems-without">
      {t("systems.no-venues", { n: n(without.length) })}{" "}
      <span data-name="">{without.map((row) => row.name).join(t("backups.and"))}</span>
    </p>
  );
}

function Legend() {
  const { t } = useWords();
  return (
    <dl className="systems-legend soft">
      {BACKUP_STATES.map((state) => (
        <div key={state}>
          <dt className={`state is-${BACKUP_MARK[state]}`}>
            <Mark of={BACKUP_MARK[state]} />
            {t(`backup.${state}`)}
          </dt>
          <dd>{t(`backup.means.${state}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
