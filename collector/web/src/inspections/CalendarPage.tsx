// The month: which days are worked, what ran with its result, what will; beside it what is under way and the day that is looked at.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import type { CalendarAnswer } from "../api/names";
import { calendarQuery, runsQuery } from "../api/queries";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { Mark } from "../state/Mark";
import { useNewest } from "../state/use_newest";
import { clockTime } from "../time/age";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { readMonth, shiftedMonth, weekday } from "./calendar";
import { type Entry, entriesOf } from "./entries";
import { Month } from "./Month";
import { Underway } from "./Runs";
import { isOpen } from "./run";

export function CalendarPage() {
  const [parameters, setParameters] = useSearchParams();
  const month = readMonth(parameters.get("month"), now());
  const { data, error, refetch } = useQuery({ ...calendarQuery(month), placeholderData: keepPreviousData });
  const [day, setDay] = useState<string | null>(null);
  const show = (other: string) => setParameters(other === readMonth(null, now()) ? {} : { month: other });
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return <Loading />;
  return (
    <div className="inspections" data-testid="inspections" data-ready="inspections" data-month={data.month}>
      <Calendar data={data} month={month} show={show} day={day} setDay={setDay} />
    </div>
  );
}

interface CalendarProps {
  data: CalendarAnswer;
  month: string;
  show: (month: string) => void;
  day: string | null;
  setDay: (day: string | null) => void;
}

function Calendar({ data, month, show, day, setDay }: CalendarProps) {
  const { t } = useWords();
  const days = useMemo(() => new Map(data.days.map((day) => [day.date, entriesOf(day)])), [data]);
  const { today } = data;
  const looked = day ?? today;
  const turned = useNewest(month);
  const turn = (by: number) => {
    const next = shiftedMonth(turned.get(), by);
    turned.choose(next);
    show(next);
  };
  const [year, of] = month.split("-").map(Number);
  return (
    <>
      <Panel
        title={t("inspect.month", { year: year ?? 0, month: of ?? 0 })}
        className="inspections-month"
        extra={<Turn turn={turn} now={() => show(readMonth(null, now()))} />}
      >
        <Month
          month={month}
          today={today}
          days={days}
          of={data.days}
          chosen={day}
          choose={(next) => {
            setDay(next);
            if (next !== null && !next.startsWith(month)) show(next.slice(0, 7));
          }}
          turn={turn}
        />
      </Panel>
      <div className="inspections-side">
        <Running />
        <Panel
          title={t(looked === today ? "inspect.today" : "inspect.day", {
            day: looked.slice(5),
            weekday: t(`inspect.weekday.${weekday(looked) as 0}`),
          })}
          className="inspections-day"
          testid="day"
        >
          <Day entries={days.get(looked) ?? []} />
        </Panel>
      </div>
    </>
  );
}

function Turn({ turn, now }: { turn: (by: number) => void; now: () => void }) {
  const { t } = useWords();
  return (
    <span className="inspections-turn">
      <button
        type="button"
        className="plain"
        aria-label={t("inspect.month.before")}
        data-testid="month-before"
        onClick={() => turn(-1)}
      >
        ‹ <kbd>[</kbd>
      </button>
      <button type="button" className="plain" data-testid="month-now" onClick={now}>
        {t("inspect.month.now")}
      </button>
      <button
        type="button"
        className="plain"
        aria-label={t("inspect.month.after")}
        data-testid="month-after"
        onClick={() => turn(1)}
      >
        <kbd>]</kbd> ›
      </button>
    </span>
  );
}

function Running() {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(runsQuery);
  const open = data?.items.filter(isOpen) ?? [];
  return (
    <Panel title={t("inspect.underway")} now_ms={data?.now_ms} className="inspections-underway" testid="underway">
      {error && !data ? (
        <Failed error={error} retry={refetch} />
      ) : !data ? (
        <Loading />
      ) : open.length === 0 ? (
        <Notice title={t("inspect.underway.none")} next={t("inspect.underway.none.next")}>
          <Link className="plain" to="/inspections/plans">
            {t("inspect.tab.plans")}
          </Link>
        </Notice>
      ) : (
        <Underway runs={open} />
      )}
    </Panel>
  );
}

function Day({ entries }: { entries: readonly Entry[] }) {
  const { t } = useWords();
  if (entries.length === 0) return <Notice title={t("inspect.day.none")} next={t("inspect.day.none.next")} />;
  return (
    <ul className="inspections-entries">
      {entries.map((entry) => (
        <li key={entry.key} data-testid={`entry-${entry.run ?? "due"}`}>
          <span className="num soft">{clockTime(entry.at_ms).slice(0, 5)}</span>
          <span>
            <b data-name="">{entry.title}</b> <small className="tag">{t(`inspect.kind.${entry.kind}`)}</small>
          </span>
          <span className={`state is-${entry.mark ?? "never"}`}>
            {entry.mark && <Mark of={entry.mark} />}
            {entry.told === "ended" ? t("inspect.rate", { rate: entry.rate }) : t(`inspect.told.${entry.told}`)}
          </span>
          {entry.reason !== null && <small className="is-degraded">{t(`plan.missed.${entry.reason}`)}</small>}
          {entry.run !== null && (
            <Link className="plain" to={`/inspections/runs/${entry.run}`}>
              {t("inspect.open")}
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}
