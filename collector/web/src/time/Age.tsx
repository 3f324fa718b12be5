// '12 分钟前' with the timestamp on hover; a dash with its reason where there is no time.
import { useCell } from "../state/cell";
import { useWords } from "../words/words";
import { age, clockTime, dayWithWeek, span, timestamp } from "./age";
import { now, second } from "./clock";

export function Age({ at, missing }: { at: number | null | undefined; missing?: string }) {
  const { lang, t } = useWords();
  const text = useCell(second, () => age(at, now(), lang));
  if (at == null || text === null) return <Dash why={missing ?? t("missing.never")} />;
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={`${timestamp(at)} ${t("time.zone")}`}>
      {text}
    </time>
  );
}

/** How long something has lasted: '3 小时 5 分'. */
export function Since({ at }: { at: number }) {
  const { lang, t } = useWords();
  const text = useCell(second, () => span(now() - at, lang));
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={`${timestamp(at)} ${t("time.zone")}`}>
      {text}
    </time>
  );
}

/** A missing value: a dash and the reason, never a zero. */
export function Dash({ why }: { why: string }) {
  return (
    <span className="dash" title={why}>
      — <small>{why}</small>
    </span>
  );
}

export function WallClock() {
  const { lang, t } = useWords();
  const time = useCell(second, () => clockTime(now()));
  const day = useCell(second, () => dayWithWeek(now(), lang));
  return (
    <span className="wall-clock num" title={t("time.zone")}>
      <b>{time}</b>
      <small>{day}</small>
    </span>
  );
}
