// 三网 at a glance, always in sight: the share of lines that are well, and what is not.
import type { NetworkVenues } from "../api/names";
import { Freshness } from "../panels/Panel";
import { percent } from "../roll_call/replay";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";
import { lineShare } from "./boards";
import type { Boards } from "./use_boards";

const BAD = ["silent", "fail"] as const;

export function WallNetworks({ now_ms, networks }: NonNullable<Boards["levels"]>) {
  const { t, n } = useWords();
  const untold = networks.find(({ network }) => network === null);
  return (
    <section className="wall-networks" data-testid="wall-networks">
      <header>
        <h2>{t("wall.networks")}</h2>
        <small>
          {untold
            ? `${t("wall.network.null")} ${t("wall.network.of", { n: n(untold.venues) })}`
            : t("wall.network.line")}
        </small>
        <Freshness at={now_ms} />
      </header>
      <dl className="num">{networks.map((row) => row.network !== null && <Network key={row.network} row={row} />)}</dl>
    </section>
  );
}

function Network({ row }: { row: NetworkVenues }) {
  const { t, n } = useWords();
  const share = lineShare(row);
  return (
    <div data-network={row.network}>
      <dt>{t(`wall.network.${row.network}`)}</dt>
      <dd>{share === null ? "—" : `${percent(share)}%`}</dd>
      <dd className="soft">
        {row.venues === 0 && t("wall.network.none")}
        {row.venues > 0 && share === null && t("wall.network.unmeasured")}
        {share !== null &&
          BAD.map((state) => (
            <span key={state} className={row[state] > 0 ? `state is-${state}` : "state"}>
              <Mark of={state} />
              {t(`class.${state}`)} {n(row[state])}
            </span>
          ))}
      </dd>
    </div>
  );
}
