// This run beside an earlier one, the last of its plan until a person chooses another: what is new, what is still there, what was not
// tested, what is cured.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { CompareAnswer, Conclusion, RunChange, RunItem } from "../api/names";
import { compareQuery, earlierRunsQuery, PAGE } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Mark } from "../state/Mark";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { CHANGE_MARK, CHANGES, changeCount, choices } from "./look";
import { Pager } from "./Pager";
import type { Turn } from "./RunPage";
import { percent } from "./run";

interface CompareProps {
  id: string;
  given_ms: number;
  /** The last of its plan that had ended before. */
  last: number | null;
  /** Chosen in its place; empty: none. */
  other: string;
  turn: Turn;
}

export function Compare({ id, given_ms, last, other, turn }: CompareProps) {
  const [chosen, choose] = useState<RunChange | null>(null);
  const [page, setPage] = useState(0);
  const [first, setFirst] = useState<RunChange>("new");
  const against = other === "" ? last : Number(other);
  const of = chosen ?? first;
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...compareQuery(id, other, of, page),
    enabled: against !== null,
  });
  // Until a person chooses, the most urgent that has any is shown.
  const urgent = data ? CHANGES.find((one) => changeCount(data.sums, one) > 0) : undefined;
  if (urgent && urgent !== first) setFirst(urgent);
  return (
    <div className="run-compare" data-testid="compare" data-with={against ?? ""}>
      <Choice given_ms={given_ms} last={last} against={against} chosen={data?.before ?? null} turn={turn} />
      {against === null ? null : error && !data ? (
        <Failed error={error} retry={refetch} />
      ) : !data ? (
        <Loading />
      ) : (
        <>
          <Changes
            answer={data}
            of={of}
            waits={isPlaceholderData}
            turn={turn}
            choose={(one) => {
              choose(one);
              setPage(0);
            }}
          />
          <Pager page={page} size={PAGE} total={data.total} turn={setPage} />
        </>
      )}
    </div>
  );
}

interface ChoiceProps {
  given_ms: number;
  last: number | null;
  against: number | null;
  chosen: RunItem | null;
  turn: Turn;
}

/** The earlier runs of any plan and by hand, the newest first. */
function Choice({ given_ms, last, against, chosen, turn }: ChoiceProps) {
  const { t } = useWords();
  const [page, setPage] = useState(0);
  const { data, error, refetch } = useQuery(earlierRunsQuery(given_ms, page));
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return <Loading />;
  if (data.total === 0) return <Notice title={t("inspect.compare.none")} next={t("inspect.compare.none.next")} />;
  const runs = choices(data.items, chosen);
  return (
    <p className="run-compare-with">
      <label>
        {t("inspect.compare.with")}{" "}
        <select
          value={against ?? ""}
          data-testid="with-run"
          onChange={(event) => turn({ with: event.target.value === String(last) ? "" : event.target.value })}
        >
          {against === null && <option value="">{t("inspect.compare.choose")}</option>}
          {against !== null && !runs.some((run) => run.id === against) && (
            <option value={against}>{t("state.loading")}</option>
          )}
          {runs.map((run) => (
            <option key={run.id} value={run.id} data-name="">
              {timestamp(run.given_ms).slice(0, 16)} {run.title} {percent(run.rate)}
              {run.id === last ? ` · ${t("inspect.compare.last")}` : ""}
            </option>
          ))}
        </select>
      </label>
      {against !== null && (
        <Link className="plain" to={`/inspections/runs/${against}`} data-testid="with-open">
          {t("inspect.compare.open")}
        </Link>
      )}
      <Pager page={page} size={PAGE} total={data.total} turn={setPage} />
    </p>
  );
}

interface ChangesProps {
  answer: CompareAnswer;
  of: RunChange;
  /** What is there answers the question before. */
  waits: boolean;
  choose: (one: RunChange) => void;
  turn: Turn;
}

function Changes({ answer, of, waits, choose, turn }: ChangesProps) {
  const { t, n } = useWords();
  const { sums, items } = answer;
  const said = (one: Conclusion | null) => (one === null ? "—" : t(`inspect.conclusion.${one}`));
  return (
    <>
      <div className="chips">
        {CHANGES.filter((one) => changeCount(sums, one) > 0 || one === of).map((one) => (
          <button
            key={one}
            type="button"
            className={`chip is-${CHANGE_MARK[one]}`}
            aria-pressed={of === one}
            title={t(`inspect.compared.${one}.hint`)}
            data-testid={`compare-${one}`}
            onClick={() => choose(one)}
          >
            <Mark of={CHANGE_MARK[one]} />
            {t(`inspect.compared.${one}`)} <b className="num">{n(changeCount(sums, one))}</b>
          </button>
        ))}
      </div>
      {items.length === 0 && waits ? (
        <Loading />
      ) : items.length === 0 ? (
        <Notice title={t("inspect.compare.empty")} next={t("inspect.compare.steady", { n: n(sums.steady) })} />
      ) : (
        <ul className="run-compared">
          {items.map((one) => (
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
    </>
  );
}
