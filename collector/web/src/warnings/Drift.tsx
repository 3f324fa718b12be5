// One value that drifts: its curve, the limit, and the day on which it would cross.
import type { Warning } from "../api/names";
import { Mark } from "../state/Mark";
import { span, timestamp } from "../time/age";
import { measured } from "../venue/figures";
import { useWords } from "../words/words";
import { curveOf, sureness, urgency } from "./curve";
import { Venue } from "./WarningsPage";

const WIDTH = 220;
const HEIGHT = 54;
const DAY_MS = 86_400_000;

export function Drift({ one, enter }: { one: Warning; enter: () => void }) {
  const words = useWords();
  const { t, lang } = words;
  const figure = (number: number) => measured(number, one.unit, words).join(" ").trim();
  const mark = urgency(one.days_left);
  return (
    <li data-testid={`drift-${one.venue}-${one.value}`}>
      <div className="drift-where">
        <Venue one={one} />
      </div>
      <div>
        <b data-name="">{one.probe_name}</b> {words.value(one.value)}
        <p className="num">
          {t("warn.now")} <b>{figure(one.now)}</b> · {t(`warn.limit.${one.limit_kind}`, { limit: figure(one.limit) })} ·{" "}
          {t("warn.slope", { slope: `${one.slope_per_day > 0 ? "+" : ""}${figure(one.slope_per_day)}` })}
        </p>
      </div>
      <Small one={one} />
      <div className="drift-when">
        <span className={`state is-${mark}`}>
          <Mark of={mark} />
          {t("warn.crosses", { left: span(Math.max(DAY_MS, one.days_left * DAY_MS), lang) })}
        </span>
        <small className="soft num">
          {timestamp(one.crosses_ms).slice(0, 10)} · {t(`warn.sure.${sureness(one.confidence)}`)} ·{" "}
          {t("warn.points", { n: one.points })}
        </small>
      </div>
      <button type="button" className="plain" onClick={enter}>
        {t("warn.enter")}
      </button>
    </li>
  );
}

function Small({ one }: { one: Warning }) {
  const { t } = useWords();
  const curve = curveOf(one, WIDTH, HEIGHT);
  if (!curve) return <span className="soft">—</span>;
  return (
    <svg className="drift-curve" viewBox={`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`} role="img" aria-label={t("warn.curve")}>
      <path className="drift-limit" d={`M0 ${curve.limit_y}H${WIDTH}`} />
      <path className="drift-line" d={curve.path} />
      <path className="drift-ahead" d={curve.ahead} />
      <circle cx={curve.cross_x} cy={curve.limit_y} r="3.5" />
    </svg>
  );
}
