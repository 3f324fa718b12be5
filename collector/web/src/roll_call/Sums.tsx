// The clock and the sums of a roll call: what an operator says into the telephone.
import { memo, useEffect, useState } from "react";
import type { Tally } from "../api/names";
import { timestamp } from "../time/age";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { countdown, settledAt, type Timed } from "./countdown";
import { percent, rateOf } from "./replay";
import { SignMark } from "./SignMark";
import type { Sign } from "./sign";

const TICK_MS = 200;

/** Runs by the collector's clock. */
export function Clock({ call }: { call: Timed }) {
  const { t } = useWords();
  const [, tick] = useState(0);
  const running = settledAt(call) === null;
  useEffect(() => {
    if (!running) return undefined;
    const timer = window.setInterval(() => tick((was) => was + 1), TICK_MS);
    return () => window.clearInterval(timer);
  }, [running]);
  const { phase, text } = countdown(call, now());
  const word = phase === "ended" ? "took" : phase === "over" ? "over" : "left";
  return (
    <div
      className={`call-clock is-${phase}`}
      role="timer"
      aria-label={t("call.clock.label")}
      data-testid="call-clock"
      data-phase={phase}
    >
      <small title={phase === "over" ? t("call.clock.over.hint") : undefined}>{t(`call.clock.${word}`)}</small>
      <b className="num">{text}</b>
      <small className="num soft">{t("call.until", { time: timestamp(call.until_ms).slice(11) })}</small>
    </div>
  );
}

type Sum = "whole" | "impaired" | "late" | "silent" | "waiting" | "heard" | "in_meeting" | "excused" | "uncounted";
const PARTS: readonly [Sum, Sign][] = [
  ["whole", "on-time"],
  ["impaired", "fault"],
  ["late", "late"],
  ["silent", "silent"],
  ["waiting", "waiting"],
  ["heard", "heard"],
  ["in_meeting", "in-meeting"],
  ["excused", "excused"],
];

/** What a report calls 按时应答, and beside it who was on time without picture or sound or over another system: both are on time, one is in the rate. */
const parted = (tally: Tally): Record<Sum, number> => ({ ...tally, impaired: tally.on_time - tally.whole });

/** `proof`: of a call that asks for it, also how many were proven and how many fell back. */
export const Sums = memo(function Sums({ tally, proof = false }: { tally: Tally; proof?: boolean }) {
  const { t, n } = useWords();
  const rate = rateOf(tally);
  const sums = parted(tally);
  return (
    <dl className="call-sums num" data-testid="call-sums">
      <div>
        <dt>{t("call.sum.expected")}</dt>
        <dd data-testid="sum-expected">{n(tally.expected)}</dd>
      </div>
      {PARTS.concat(tally.uncounted > 0 ? [["uncounted", "uncounted"]] : []).map(([sum, sign]) => (
        <div key={sum} className={sums[sum] === 0 ? "is-zero" : undefined}>
          <dt>
            <SignMark of={sign} />
            {t(`call.sum.${sum}`)}
          </dt>
          <dd data-testid={`sum-${sum}`}>{n(sums[sum])}</dd>
        </div>
      ))}
      <div className={`is-aside ${tally.faulty === 0 ? "is-zero" : ""}`} title={t("call.sum.faulty.hint")}>
        <dt>
          <SignMark of="fault" />
          {t("call.sum.faulty")}
        </dt>
        <dd data-testid="sum-faulty">{n(tally.faulty)}</dd>
      </div>
      <div className={tally.by_person === 0 ? "is-zero" : undefined}>
        <dt>
          <SignMark of="person" />
          {t("call.sum.by_person")}
        </dt>
        <dd data-testid="sum-by_person">{n(tally.by_person)}</dd>
      </div>
      {tally.untested > 0 && (
        <div title={t("call.sum.untested.hint")}>
          <dt>{t("call.sum.untested")}</dt>
          <dd data-testid="sum-untested">{n(tally.untested)}</dd>
        </div>
      )}
      {proof &&
        (["proven", "fell_back"] as const).map((sum) => (
          <div key={sum} className={tally[sum] === 0 ? "is-zero" : undefined} title={t(`call.sum.${sum}.hint`)}>
            <dt>{t(`call.sum.${sum}`)}</dt>
            <dd data-testid={`sum-${sum}`}>{n(tally[sum])}</dd>
          </div>
        ))}
      <div className="is-rate" title={t("call.sum.rate.hint")}>
        <dt>{t("call.sum.rate")}</dt>
        <dd data-testid="sum-rate">
          {rate === null ? <small>— {t("call.sum.rate.none")}</small> : `${percent(rate)}%`}
        </dd>
      </div>
    </dl>
  );
});

const FILL: Record<Sum, string> = {
  whole: "var(--pass)",
  impaired: "var(--degraded)",
  late: "var(--degraded)",
  silent: "var(--fail)",
  waiting: "var(--line)",
  heard: "var(--accent)",
  in_meeting: "var(--unknown)",
  excused: "var(--soft)",
  uncounted: "var(--line)",
};

/** The standings as one bar; the figures beside it tell the same in words. */
export const Progress = memo(function Progress({ tally }: { tally: Tally }) {
  const sums = parted(tally);
  const order: Sum[] = [
    "whole",
    "impaired",
    "late",
    "in_meeting",
    "excused",
    "uncounted",
    "heard",
    "waiting",
    "silent",
  ];
  return (
    <span className="call-progress" aria-hidden="true">
      {order.map((sum) =>
        sums[sum] > 0 ? <i key={sum} style={{ flexGrow: sums[sum], background: FILL[sum] }} /> : null,
      )}
    </span>
  );
});
