// Says at once when the screen stopped being true, and until when it was.
import { useCell } from "../state/cell";
import { age, timestamp } from "../time/age";
import { now, second } from "../time/clock";
import { useWords } from "../words/words";
import { health, link, open } from "./stream";

export function LostBanner() {
  const { t, lang } = useWords();
  const phase = useCell(link, (l) => l.phase);
  const until = useCell(link, (l) => (l.phase === "lost" ? l.true_until_ms : null));
  const ago = useCell(second, () => age(until, now(), lang));
  if (phase !== "lost") return <HealthBanner />;
  return (
    <div className="banner is-lost" role="alert" data-testid="lost-banner">
      <strong>
        {until === null || ago === null
          ? t("live.banner.none")
          : t("live.banner", { time: timestamp(until).slice(11), age: ago })}
      </strong>
      <span>{t("live.banner.next")}</span>
      <button type="button" className="plain" onClick={open}>
        {t("live.retry")}
      </button>
    </div>
  );
}

/** What does not work at HQ itself, in words; what its system said is for whoever repairs it. */
function HealthBanner() {
  const { t, n } = useWords();
  const trouble = useCell(health, (h) => h?.trouble ?? null);
  const detail = useCell(health, (h) => h?.detail ?? "");
  const documents = useCell(health, (h) => (h?.documents.room === "filling" ? h.documents : null));
  // Records of which the next that goes is one that nobody signed off.
  const calls = useCell(health, (h) => (h && h.roll_calls.room !== "enough" ? h.roll_calls : null));
  const runs = useCell(health, (h) => (h && h.inspections.room !== "enough" ? h.inspections : null));
  if (trouble === null && documents !== null) {
    const { kept, most } = documents;
    return (
      <div className="banner is-warning" role="status" data-testid="documents-banner">
        <strong>{t("health.documents-filling", { kept: n(kept), most: n(most) })}</strong>
      </div>
    );
  }
  const records = calls ?? runs;
  if (trouble === null && records !== null) {
    const { kept, most, room } = records;
    return (
      <div className="banner is-warning" role="status" data-testid="records-banner">
        <strong>
          {t(`health.${calls ? "calls" : "runs"}-${room === "full" ? "full" : "filling"}`, {
            kept: n(kept),
            most: n(most),
          })}
        </strong>
      </div>
    );
  }
  if (trouble === null) return null;
  return (
    <div className="banner is-warning" role="status" title={detail} data-testid="health-banner">
      <strong>{t(`health.${trouble}`)}</strong>
    </div>
  );
}

export function LiveBadge() {
  const { t, n } = useWords();
  const phase = useCell(link, (l) => l.phase);
  const rate = useCell(health, (h) => (h ? Math.round(h.reports_per_s) : null));
  return (
    <span className={`live is-${phase}`} data-testid="live" data-phase={phase}>
      <i aria-hidden="true" />
      {t(`live.${phase}`)}
      {phase === "live" && rate !== null && <small className="num">{t("live.rate", { n: n(rate) })}</small>}
    </span>
  );
}
