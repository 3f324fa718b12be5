// How many venues are heard of at each level, and how the lines of the three networks stand.
import { percent } from "../roll_call/replay";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";
import { LINE_STATES, lineShare, onlineShare } from "./boards";
import type { Boards } from "./use_boards";

export function Bar({ share }: { share: number }) {
  return (
    <span className="wall-bar" aria-hidden="true">
      <i style={{ width: `${share * 100}%` }} />
    </span>
  );
}

export function WallLevels({ rows, networks }: NonNullable<Boards["levels"]>) {
  return (
    <>
      <Levels rows={rows} />
      <Networks networks={networks} />
    </>
  );
}

function Levels({ rows }: Pick<NonNullable<Boards["levels"]>, "rows">) {
  const { t, n } = useWords();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("assure.level")}</th>
          <th scope="col" className="is-wide" />
          <th scope="col">{t("wall.online")}</th>
          <th scope="col">{t("wall.online.of")}</th>
          <th scope="col">{t("class.silent")}</th>
          <th scope="col">{t("overview.never")}</th>
        </tr>
      </thead>
      <tbody className="num">
        {rows.map((row) => {
          const share = onlineShare(row);
          return (
            <tr key={row.level} data-testid={`online-${row.level}`}>
              <th scope="row">{t(`wall.level.${row.level}`)}</th>
              <td>{share !== null && <Bar share={share} />}</td>
              <td>
                <b>{share === null ? "—" : `${percent(share)}%`}</b>
              </td>
              <td>
                {n(row.venues - row.silent)} / {n(row.venues)}
              </td>
              <td className={row.silent > 0 ? "is-silent" : "soft"}>
                {row.silent > 0 && <Mark of="silent" />} {n(row.silent)}
              </td>
              <td className={row.never > 0 ? undefined : "soft"}>
                {row.never > 0 && <Mark of="never" />} {n(row.never)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Each state of a line in a column of its own; those of one network add up to its venues. */
function Networks({ networks }: Pick<NonNullable<Boards["levels"]>, "networks">) {
  const { t, n } = useWords();
  const untested = networks.some((row) => row.untested > 0);
  return (
    <>
      <h2>{t("wall.networks")}</h2>
      <table className="is-networks">
        <thead>
          <tr>
            <th scope="col">{t("wall.network")}</th>
            <th scope="col">{t("wall.network.line")}</th>
            <th scope="col">{t("wall.network.venues")}</th>
            {LINE_STATES.map((state) => (
              <th key={state} scope="col">
                {t(state === "pass" ? "wall.network.pass" : `class.${state}`)}
              </th>
            ))}
            {untested && <th scope="col">{t("wall.network.untested")}</th>}
          </tr>
        </thead>
        <tbody className="num">
          {networks.map((row) => {
            const share = lineShare(row);
            return (
              <tr key={String(row.network)} data-testid={`network-${row.network}`}>
                <th scope="row">{t(`wall.network.${row.network}`)}</th>
                <td>
                  <b>{share === null ? "—" : `${percent(share)}%`}</b>
                </td>
                <td>{n(row.venues)}</td>
                {LINE_STATES.map((state) => (
                  <td key={state} className={row[state] > 0 ? `is-${state}` : "soft"}>
                    {row[state] > 0 && <Mark of={state} />} {n(row[state])}
                  </td>
                ))}
                {untested && <td>{n(row.untested)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
