// A page of the big screen while no roll call has it: cities, levels, meetings, backups, who is on duty, what is to be put right.
import type { BackupState, SystemCell } from "../api/names";
import { Roman } from "../assurance/Badge";
import { placeBelow } from "../overview/where";
import { Freshness } from "../panels/Panel";
import { SHOWN_MARK, shownOf } from "../rectification/ledger";
import { percent } from "../roll_call/replay";
import { BACKUP_MARK, BACKUP_STATES } from "../state/backups";
import { useCell } from "../state/cell";
import { problems } from "../state/classes";
import { Mark } from "../state/Mark";
import { Since } from "../time/Age";
import { now, second } from "../time/clock";
import { hours } from "../venue/meeting";
import { useWords } from "../words/words";
import { type Page, pageOf } from "./turn";
import type { Boards } from "./use_boards";
import { Bar, WallLevels } from "./WallLevels";

/** So many rows can be read from five metres; the others come after a few seconds. */
const ROWS = 8;
const PAGE_S = 5;

export function WallTurn({ page, boards }: { page: Page; boards: Boards }) {
  const { t, n } = useWords();
  const board = boards[page];
  if (!board) return null;
  const { matters } = boards;
  return (
    <section className="wall-turn" data-testid="wall-turn" data-page={page}>
      <header>
        <h2>{t(`wall.turn.${page}`)}</h2>
        {page === "matters" && matters && (
          <span className="num">
            <Mark of={SHOWN_MARK.overdue} /> {t("rectify.shown.overdue")} {n(matters.sums.overdue)} ·{" "}
            {t("rectify.shown.open")} {n(matters.sums.open)} · {t("rectify.shown.fixed")} {n(matters.sums.fixed)} ·{" "}
            {t("rectify.shown.passed")} {n(matters.sums.passed)}
          </span>
        )}
        <Freshness at={board.now_ms} live={page === "ranking"} />
      </header>
      {page === "ranking" && boards.ranking && <Ranking {...boards.ranking} />}
      {page === "levels" && boards.levels && <WallLevels {...boards.levels} />}
      {page === "meetings" && boards.meetings && <Meetings {...boards.meetings} />}
      {page === "systems" && boards.systems && <Systems {...boards.systems} />}
      {page === "duty" && boards.duty && <Duty {...boards.duty} />}
      {page === "matters" && matters && <Matters {...matters} />}
    </section>
  );
}

function useSome<T>(rows: readonly T[]): readonly T[] {
  const page = useCell(second, (tick) => Math.floor(tick / PAGE_S));
  return pageOf(rows, ROWS, page, 1);
}

function Ranking({ rows }: NonNullable<Boards["ranking"]>) {
  const { t, n } = useWords();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("wall.rank")}</th>
          <th scope="col">{t("level.city")}</th>
          <th scope="col" className="is-wide" />
          <th scope="col">{t("wall.ready")}</th>
          <th scope="col">{t("levels.ready")}</th>
          <th scope="col">{t("wall.problems")}</th>
        </tr>
      </thead>
      <tbody className="num">
        {rows.map(({ code, name, rank, share, counts }) => (
          <tr key={code} data-testid={`rank-${code}`}>
            <td>{rank}</td>
            <th scope="row" data-name="">
              {name}
            </th>
            <td>
              <Bar share={share} />
            </td>
            <td>
              <b>{percent(share)}%</b>
            </td>
            <td>
              {n(counts.pass)} / {n(counts.venues)}
            </td>
            <td>{n(problems(counts))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Meetings({ rows }: NonNullable<Boards["meetings"]>) {
  const { t, n } = useWords();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("meetings.hours")}</th>
          <th scope="col" className="is-wide">
            {t("meetings.name")}
          </th>
          <th scope="col">{t("meetings.state")}</th>
          <th scope="col" className="is-half">
            {t("meetings.whom")}
          </th>
        </tr>
      </thead>
      <tbody>
        {useSome(rows).map(({ meeting, phase }) => (
          <tr key={meeting.id} data-testid={`wall-meeting-${meeting.id}`}>
            <td className="num">{hours(meeting, now())}</td>
            <th scope="row" className="is-wide" data-name="">
              {meeting.title}
            </th>
            <td>
              {phase === "on" ? <b>{t("meeting.on")}</b> : t(`wall.meeting.${phase === "over" ? "after" : phase}`)}
            </td>
            <td className="is-half">
              {meeting.place === null ? (
                t("problems.venues", { n: n(meeting.venues.length) })
              ) : (
                <span data-name="">{meeting.place_name ?? meeting.place}</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Systems({ answer }: NonNullable<Boards["systems"]>) {
  const { t, n } = useWords();
  const { total, rows } = answer;
  const kinds = total.cells.filter(({ paths }) => paths > 0).map(({ kind }) => kind);
  const brief = kinds.length > 1;
  return (
    <table className={brief ? "is-brief" : undefined}>
      <thead>
        <tr>
          <th scope="col">{t("levels.place")}</th>
          {kinds.map((kind) => (
            <th key={kind} scope="col">
              {t(`backup.kind.${kind}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="num">
        {[...rows.filter((row) => row.with_backup > 0), { ...total, code: "total", name: t("levels.total") }].map(
          (row) => (
            <tr key={`${row.code} ${row.own}`} data-testid={`wall-system-${row.code}`}>
              <th scope="row">
                {row.code === "total" ? (
                  row.name
                ) : (
                  <span data-name="">{row.own ? t("levels.own", { place: row.name }) : row.name}</span>
                )}
              </th>
              {row.cells
                .filter(({ kind }) => kinds.includes(kind))
                .map((cell) => (
                  <td key={cell.kind} className="wall-states">
                    {cell.paths === 0 && <span className="soft">—</span>}
                    {statesOf(cell, brief).map((state) => (
                      <span key={state} className={`state is-${BACKUP_MARK[state]}`}>
                        <Mark of={BACKUP_MARK[state]} />
                        <b>{n(cell[state])}</b>
                        {brief && <small className="soft">{`/ ${n(cell.paths)}`}</small>}
                        <small>{t(`backup.${state}`)}</small>
                      </span>
                    ))}
                  </td>
                ))}
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

/** One kind has room for all its states. Of several each tells the most urgent, and of how many paths. */
function statesOf(cell: SystemCell, brief: boolean): readonly BackupState[] {
  const found = BACKUP_STATES.filter((state) => cell[state] > 0);
  return brief ? found.slice(0, 1) : found;
}

function Duty({ rows }: NonNullable<Boards["duty"]>) {
  const { t, n } = useWords();
  return (
    <table className="is-large">
      <tbody>
        {useSome(rows).map(({ response, level, title, person, missing }) => (
          <tr key={`${response} ${person?.name ?? ""} ${person?.telephone ?? ""}`} data-testid="wall-duty">
            <td>
              <Roman of={level} />
            </td>
            <td className="is-half is-title" data-name="">
              <span>{title}</span>
            </td>
            {person ? (
              <>
                <th scope="row" className="is-half" data-name="">
                  {person.name}
                </th>
                <td className="is-half" data-name="">
                  {person.post}
                </td>
                <td className="num">
                  <b>{person.telephone || "—"}</b>
                </td>
              </>
            ) : (
              <td colSpan={3} className="is-degraded">
                <Mark of="degraded" /> {t("assure.onduty.missing", { n: n(missing) })}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Matters({ rows }: NonNullable<Boards["matters"]>) {
  const { t } = useWords();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("meetings.state")}</th>
          <th scope="col" className="is-wide">
            {t("wall.matter")}
          </th>
          <th scope="col" className="is-half">
            {t("rectify.unit")}
          </th>
          <th scope="col">{t("problems.lasted")}</th>
        </tr>
      </thead>
      <tbody>
        {useSome(rows).map((item) => {
          const shown = shownOf(item);
          return (
            <tr key={item.id} data-testid="wall-matter">
              <td className={`is-${SHOWN_MARK[shown]}`}>
                <Mark of={SHOWN_MARK[shown]} /> {t(`rectify.shown.${shown}`)}
              </td>
              <th scope="row" className="is-wide" data-name="">
                {item.problem}
                <small>
                  {item.place && placeBelow(item.place, [])} {item.name}
                </small>
              </th>
              <td className="is-half" data-name="">
                <span>{item.unit}</span>
              </td>
              <td className="num">
                <Since at={item.opened_ms} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
