// Who owes joint tests and who made them: a county by month, a venue by year.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useCallback, useState } from "react";
import type { BoardAnswer, BoardPeriod, BoardRow, TestWaiting } from "../api/names";
import { obligationsQuery, PROVINCE, placeQuery } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { SearchField } from "../panels/SearchField";
import { AntdFrame } from "../shell/AntdFrame";
import { Mark } from "../state/Mark";
import { useNewest } from "../state/use_newest";
import { useSearch } from "../state/use_search";
import { useWords } from "../words/words";
import { Board, everyOf } from "./Board";
import { current, FIRST_YEAR, LAST_YEAR, OWED_MARK, OWED_STATES, type Question, ROWS, readQuestion } from "./board";
import { MonthPapers } from "./MonthPapers";
import { RulesDialog } from "./RulesDialog";
import { TestsDialog } from "./TestsDialog";
import { WaitingDialog } from "./WaitingDialog";
import "../style/venues.css";
import "../style/obligations.css";

export type Ask = (change: Partial<Record<keyof Question, string | number>>) => void;

function useQuestion(): [Question, Ask] {
  const [parameters, change] = useSearch();
  // Another question begins at its first page.
  const ask = useCallback<Ask>((some) => change({ page: 0, ...some }), [change]);
  return [readQuestion(parameters), ask];
}

export function ObligationsPage() {
  const { t, n } = useWords();
  const [question, ask] = useQuestion();
  const [open, setOpen] = useState<{ row: BoardRow; period: BoardPeriod } | null>(null);
  const [rules, setRules] = useState(false);
  const [waiting, setWaiting] = useState<TestWaiting | null>(null);
  const { data, error, refetch } = useQuery({ ...obligationsQuery(question), placeholderData: keepPreviousData });
  const page = useNewest(question.page);
  const show = useCallback((row: BoardRow, period: BoardPeriod) => setOpen({ row, period }), []);
  if (error && !data) return <Failed error={error} retry={refetch} code={question.place} />;
  if (!data) return <Loading />;
  return (
    <AntdFrame>
      <div className="obligations" data-testid="obligations" data-ready="obligations" data-of={data.of}>
        <Bar data={data} question={question} ask={ask} openRules={() => setRules(true)} openWaiting={setWaiting} />
        <Panel
          title={everyOf(t, data.every)}
          now_ms={data.now_ms}
          className="obligations-panel"
          testid="obligations-board"
        >
          {data.every === null ? (
            <Notice title={t("owed.never")} next={t("owed.never.next")} testid="owed-never" />
          ) : data.total === 0 ? (
            <Notice title={t("owed.none")} next={t("owed.none.next")} testid="owed-none">
              <button type="button" className="plain" onClick={() => ask({ q: "", state: "", place: "" })}>
                {t("owed.clear")}
              </button>
            </Notice>
          ) : (
            <Board
              key={`${data.of} ${data.year}`}
              data={data}
              open={show}
              turn={(by) => {
                const next = turned(data, page.get(), by);
                page.choose(next);
                ask({ page: next });
              }}
              choose={(place) => ask({ place })}
            />
          )}
        </Panel>
        <footer className="obligations-foot">
          <Legend />
          <span className="grow" />
          <MonthPapers />
          <span className="num" data-testid="owed-total">
            {t("owed.total", { total: n(data.total), owing: n(data.owing) })}
          </span>
          {data.total > ROWS && <Pager data={data} question={question} ask={ask} />}
        </footer>
        {open && <TestsDialog row={open.row} period={open.period} close={() => setOpen(null)} />}
        {waiting && <WaitingDialog waiting={waiting} place={question.place} close={() => setWaiting(null)} />}
        {rules && <RulesDialog close={() => setRules(false)} />}
      </div>
    </AntdFrame>
  );
}

function turned(data: BoardAnswer, page: number, by: number): number {
  return Math.max(0, Math.min(Math.ceil(data.total / ROWS) - 1, page + by));
}

interface BarProps {
  data: BoardAnswer;
  question: Question;
  ask: Ask;
  openRules: () => void;
  openWaiting: (waiting: TestWaiting) => void;
}

const WAITING: readonly TestWaiting[] = ["confirmation", "correction"];

function Bar({ data, question, ask, openRules, openWaiting }: BarProps) {
  const { t, n } = useWords();
  const cities = useQuery({ ...placeQuery(PROVINCE), refetchInterval: false });
  const sums = data.sums[current(data.periods, data.now_ms)];
  const places = (cities.data?.children ?? []).map((city) => ({ value: city.code, label: city.name }));
  return (
    <header className="venues-bar obligations-bar">
      <h1>{t("owed.title")}</h1>
      <fieldset className="switch" aria-label={t("owed.of")}>
        {(["county", "venue"] as const).map((of) => (
          <button
            key={of}
            type="button"
            aria-pressed={data.of === of}
            data-testid={`owed-of-${of}`}
            onClick={() => ask({ of, state: "" })}
          >
            {t(`owed.of.${of}`)}
          </button>
        ))}
      </fieldset>
      <span className="obligations-year">
        <button
          type="button"
          className="plain"
          aria-label={t("owed.year.before")}
          disabled={data.year <= FIRST_YEAR}
          onClick={() => ask({ year: data.year - 1 })}
        >
          ‹
        </button>
        <b className="num" data-testid="owed-year">
          {t("owed.year", { year: data.year })}
        </b>
        <button
          type="button"
          className="plain"
          aria-label={t("owed.year.after")}
          disabled={data.year >= LAST_YEAR}
          onClick={() => ask({ year: data.year + 1 })}
        >
          ›
        </button>
      </span>
      <Select
        value={question.place}
        aria-label={t("owed.city")}
        style={{ width: 156 }}
        options={[{ value: "", label: t("owed.city.all") }, ...places]}
        onChange={(place) => ask({ place })}
      />
      <div className="chips">
        {OWED_STATES.filter((state) => (sums?.[state] ?? 0) > 0 || question.state === state).map((state) => (
          <button
            key={state}
            type="button"
            className={`chip is-${OWED_MARK[state] ?? "never"}`}
            data-testid={`owed-${state}`}
            aria-pressed={question.state === state}
            onClick={() => ask({ state: question.state === state ? "" : state })}
          >
            <StateMark state={state} />
            {t(`owed.state.${state}`)} <b className="num">{n(sums?.[state] ?? 0)}</b>
          </button>
        ))}
      </div>
      {WAITING.filter((waits) => (data.waiting?.[waits] ?? 0) > 0).map((waits) => (
        <button
          key={waits}
          type="button"
          className="plain is-degraded"
          title={t(`owed.waits.${waits}.what`)}
          data-testid={`owed-waits-${waits}`}
          onClick={() => openWaiting(waits)}
        >
          {t(`owed.waits.${waits}`)} <b className="num">{n(data.waiting?.[waits] ?? 0)}</b>
        </button>
      ))}
      <SearchField
        q={question.q}
        ask={(q) => ask({ q })}
        label={t("owed.search.label")}
        hint={t("owed.search")}
        testid="owed-search"
        className="obligations-search"
      />
      <span className="grow" />
      <button type="button" className="plain" data-testid="owed-rules" onClick={openRules}>
        {t("owed.rules")}
      </button>
    </header>
  );
}

export function StateMark({ state }: { state: (typeof OWED_STATES)[number] }) {
  const mark = OWED_MARK[state];
  return mark && <Mark of={mark} />;
}

function Pager({ data, question, ask }: Omit<BarProps, "openRules" | "openWaiting">) {
  const { t, n } = useWords();
  const from = question.page * ROWS + 1;
  const step = (by: number) => ask({ page: turned(data, question.page, by) });
  return (
    <>
      <button
        type="button"
        className="plain"
        aria-label={t("owed.page.before")}
        disabled={question.page === 0}
        onClick={() => step(-1)}
      >
        ‹ <kbd>[</kbd>
      </button>
      <span className="num" data-testid="owed-page">
        {t("owed.page", { from: n(from), to: n(Math.min(data.total, from + ROWS - 1)) })}
      </span>
      <button
        type="button"
        className="plain"
        aria-label={t("owed.page.after")}
        data-testid="owed-next"
        disabled={from + ROWS > data.total}
        onClick={() => step(1)}
      >
        <kbd>]</kbd> ›
      </button>
    </>
  );
}

function Legend() {
  const { t } = useWords();
  return (
    <dl className="obligations-legend soft">
      {OWED_STATES.map((state) => (
        <div key={state} title={t(`owed.means.${state}`)}>
          <dt className={`state is-${OWED_MARK[state] ?? "never"}`}>
            <StateMark state={state} />
            {t(`owed.state.${state}`)}
          </dt>
        </div>
      ))}
    </dl>
  );
}
