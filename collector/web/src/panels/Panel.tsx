// A titled box that knows the age of what it shows.

import { link } from "../live/stream";
import { useCell } from "../state/cell";
import { age, timestamp } from "../time/age";
import { now, second } from "../time/clock";
import { useWords } from "../words/words";

interface PanelProps {
  title: string;
  /** now_ms of the answer that is shown. */
  now_ms?: number | null;
  /** Kept up to date by the stream: a quiet stream confirms it. */
  live?: boolean;
  note?: React.ReactNode;
  extra?: React.ReactNode;
  className?: string;
  testid?: string;
  children: React.ReactNode;
}

export function Panel({ title, now_ms, live, note, extra, className, testid, children }: PanelProps) {
  return (
    <section className={`panel ${className ?? ""}`} aria-label={title} data-testid={testid}>
      <header>
        <h2>{title}</h2>
        {note && (
          <span className="note" title={typeof note === "string" ? note : undefined}>
            {note}
          </span>
        )}
        <span className="grow" />
        {extra}
        {now_ms != null && <Freshness at={now_ms} live={live} />}
      </header>
      <div className="panel-body">{children}</div>
    </section>
  );
}

export function Freshness({ at, live }: { at: number; live?: boolean }) {
  const { t, lang } = useWords();
  const until = useCell(link, (l) => (live && l.phase === "live" ? Math.max(at, l.true_until_ms ?? 0) : at));
  const text = useCell(second, () => age(until, now(), lang) ?? "");
  const lost = useCell(link, (l) => l.phase === "lost");
  return (
    <small className={lost ? "fresh is-old" : "fresh"} title={`${timestamp(until)} ${t("time.zone")}`}>
      {t("fresh.at", { age: text })}
      {lost && ` · ${t("fresh.frozen")}`}
    </small>
  );
}
