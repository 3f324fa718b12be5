// This run beside the last one of its plan: what is new, what is still there, what was not tested, what is cured.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { Conclusion, RunChange } from "../api/names";
import { compareQuery, PAGE } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";
import { CHANGE_MARK, CHANGES, changeCount } from "./look";
import { Pager } from "./Pager";
import type { Turn } from "./RunPage";

export function Compare({ id, last, turn }: { id: string; last: number | null; turn: Turn }) {
  const { t, n } = useWords();
  const [chosen, choose] = useState<RunChange | null>(null);
  const [page, setPage] = useState(0);
  const [first, setFirst] = useState<RunChange>("new");
  const of = chosen ?? first;
  const { data, error, refetch } = useQuery({ ...compareQuery(id, of, page), enabled: last !== null });
  // Until a person chooses, the most urgent that has any is shown.
  const urgent = data ? CHANGES.find((one) => changeCount(data.sums, one) > 0) : undefined;
  if (urgent && urgent !== first) setFirst(urgent);
  const said = (one: Conclusion | null) => (one === null ? "—" : t(`inspect.conclusion.${one}`));
  if (last === null) return <Notice title={t("inspect.compare.none")} next={t("inspect.compare.none.next")} />;
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return <Loading />;
  return (
    <div className="run-compare" data-testid="compare">
      <p className="run-compare-with">
        {t("inspect.compare.with")} <Link to={`/inspections/runs/${last}`}>{t("inspect.compare.last")}</Link>
      </p>
      <div className="chips">
        {CHANGES.filter((one) => changeCount(data.sums, one) > 0 || one === of).map((one) => (
          <button
            key={one}
            type="button"
            className={`chip is-${CHANGE_MARK[one]}`}
            aria-pressed={of === one}
            title={t(`inspect.compared.${one}.hint`)}
            data-testid={`compare-${one}`}
            onClick={() => {
              choose(one);
              setPage(0);
            }}
          >
            <Mark of={CHANGE_MARK[one]} />
            {t(`inspect.compared.${one}`)} <b className="num">{n(changeCount(data.sums, one))}</b>
          </button>
        ))}
      </div>
      {data.items.length === 0 ? (
        <Notice title={t("inspect.compare.empty")} next={t("inspect.compare.steady", { n: n(data.sums.steady) })} />
      ) : (
        <ul className="run-compared">
          {data.items.map((one) => (
            <li key={one.venue}>
              <button type="button" onClick={() => turn({ venue: one.venue })}>
                <b data-name="">{one.name}</b>
                <span className="soft">
                  {said(one.before)} → {said(one.now)}
                </span>
                <small className="soft" data-name="">
                  {one.items.map((item) => item.title).join(t("backups.and"))}
                </small>
              </button>
            </li>
          ))}
        </ul>
      )}
      <Pager page={page} size={PAGE} total={data.total} turn={setPage} />
    </div>
  );
}
