// The days of a month in weeks from Monday; keys walk them, Enter opens what ran.
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import type { CalendarDay } from "../api/names";
import { isModal, isTyping } from "../shell/keys";
import { Mark } from "../state/Mark";
import { clockTime } from "../time/age";
import { useWords } from "../words/words";
import { steppedDay, weekday, weeksOf } from "./calendar";
import type { Entry } from "./entries";

/** What a day shows; the rest is counted. */
const SHOWN = 3;

interface MonthProps {
  month: string;
  today: string;
  days: ReadonlyMap<string, readonly Entry[]>;
  of: readonly CalendarDay[];
  chosen: string | null;
  choose: (day: string | null) => void;
  turn: (by: number) => void;
}

export function Month({ month, today, days, of, chosen, choose, turn }: MonthProps) {
  const { t } = useWords();
  useKeys({ month, today, days, chosen, choose, turn });
  const known = new Map(of.map((one) => [one.date, one]));
  return (
    <table className="month" data-testid="month">
      <thead>
        <tr>
          {([0, 1, 2, 3, 4, 5, 6] as const).map((n) => (
            <th key={n} scope="col">
              {t(`inspect.weekday.${n}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week) => (
          <tr key={week[0]}>
            {week.map((day) => (
              <Day
                key={day}
                day={day}
                own={day.startsWith(month)}
                now={day === today}
                chosen={day === chosen}
                known={known.get(day)}
                entries={days.get(day) ?? []}
                choose={choose}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayProps {
  day: string;
  own: boolean;
  now: boolean;
  chosen: boolean;
  known: CalendarDay | undefined;
  entries: readonly Entry[];
  choose: (day: string) => void;
}

function Day({ day, own, now, chosen, known, entries, choose }: DayProps) {
  const { t, n } = useWords();
  const weekend = weekday(day) > 4;
  const free = known ? known.kind === "holiday" || known.kind === "weekend" : weekend;
  // Only what differs from an ordinary week is said.
  const said = known?.kind === "holiday" ? "inspect.day.off" : known?.kind === "makeup" ? "inspect.day.worked" : null;
  const looks = [own ? "" : "is-beside", now ? "is-now" : "", chosen ? "is-chosen" : "", free ? "is-free" : ""];
  return (
    <td className={looks.filter(Boolean).join(" ")}>
      <button type="button" data-testid={`day-${day}`} aria-pressed={chosen} onClick={() => choose(day)}>
        <span className="month-day">
          <b className="num">{Number(day.slice(8))}</b>
          {now && <small>{t("inspect.today.short")}</small>}
          {said && <small className="tag">{t(said)}</small>}
        </span>
        {entries.slice(0, SHOWN).map((entry) => (
          <span key={entry.key} className={`month-entry is-${entry.mark ?? "never"}`}>
            {entry.mark ? (
              <Mark of={entry.mark} />
            ) : (
              entry.told === "due" && <span className="num">{clockTime(entry.at_ms).slice(0, 5)}</span>
            )}
            <span data-name="">{entry.title}</span>
            {entry.told === "ended" ? (
              <small className="num">{entry.rate}</small>
            ) : entry.told === "due" ? null : (
              <small>{t(`inspect.told.${entry.told}`)}</small>
            )}
          </span>
        ))}
        {entries.length > SHOWN && (
          <small className="soft">{t("inspect.more", { n: n(entries.length - SHOWN) })}</small>
        )}
      </button>
    </td>
  );
}

function useKeys(given: Pick<MonthProps, "month" | "today" | "days" | "chosen" | "choose" | "turn">): void {
  const navigate = useNavigate();
  const latest = useRef(given);
  latest.current = given;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      const { month, today, days, chosen, choose, turn } = latest.current;
      const start = today.startsWith(month) ? today : `${month}-01`;
      const next = steppedDay(chosen, event.key, start);
      if (next) {
        event.preventDefault();
        // The link that led here keeps the focus: Enter is meant for the day from now on.
        (document.activeElement as HTMLElement | null)?.blur();
        choose(next);
      } else if (event.key === "[" || event.key === "]") turn(event.key === "[" ? -1 : 1);
      else if (event.key === "Escape") choose(null);
      else if (event.key === "Enter" && chosen && !(event.target as HTMLElement).closest("a, button")) {
        const run = days.get(chosen)?.find((entry) => entry.run !== null)?.run;
        if (run != null) navigate(`/inspections/runs/${run}`);
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [navigate]);
}
