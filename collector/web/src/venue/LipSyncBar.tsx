// Sound against picture on a bar: what is good, what is tolerable, and where this run stands, with how far that may be wrong.
import type { MouthToEarLimits } from "../api/names";
import { State } from "../state/Mark";
import { useWords } from "../words/words";
import { bands, onBar, syncVerdict } from "./mouth_to_ear";

interface BarProps {
  early_ms: number;
  error_ms: number;
  limits: MouthToEarLimits;
}

export function LipSyncBar({ early_ms, error_ms, limits }: BarProps) {
  const { t } = useWords();
  const by = Math.abs(early_ms);
  const verdict = syncVerdict(early_ms, limits);
  const said = early_ms >= 0 ? t("across.sync.early", { ms: by }) : t("across.sync.late", { ms: by });
  const per = (part: number) => `${part * 100}%`;
  const from = onBar(early_ms - error_ms);
  return (
    <div
      className="sync"
      role="img"
      aria-label={`${t("across.sync")} ${said}`}
      data-testid="sync"
      data-verdict={verdict}
    >
      <p>
        <span>{t("across.sync")}</span>
        <State of={verdict} word={said} />
        <small className="soft num">±{error_ms} ms · BT.1359</small>
      </p>
      <div className="sync-bar">
        {bands(limits).map((band, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: five bands that never change places
          <span key={at} className={`sync-band is-${band.of}`} style={{ width: per(band.width) }} />
        ))}
        <span className="sync-zero" style={{ left: per(onBar(0)) }} />
        <span className="sync-error" style={{ left: per(from), width: per(onBar(early_ms + error_ms) - from) }} />
        <span className="sync-mark" style={{ left: per(onBar(early_ms)) }} />
      </div>
      <p className="soft sync-ends">
        <small>{t("across.sync.left")}</small>
        <small>{t("across.sync.right")}</small>
      </p>
    </div>
  );
}
