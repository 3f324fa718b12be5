// What waits for its turn, whether a test has seen it work lately enough, and what would prove it.
import type { Backup, VenueAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { BackupStanding } from "../state/BackupStanding";
import { urgentFirst } from "../state/backups";
import { Age } from "../time/Age";
import { useWords } from "../words/words";

export function Backups({ answer }: { answer: VenueAnswer }) {
  const { t, n } = useWords();
  return (
    <Panel
      title={t("backups.title")}
      note={<span className="num">{n(answer.backups.length)}</span>}
      now_ms={answer.now_ms}
      live
      className="backups"
      testid="backups"
    >
      {answer.backups.length === 0 ? (
        <p className="soft quiet">{t("backups.none")}</p>
      ) : (
        <ul>
          {urgentFirst(answer.backups).map((backup) => (
            <Item key={backup.id} backup={backup} answer={answer} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Item({ backup, answer }: { backup: Backup; answer: VenueAnswer }) {
  const { t, n } = useWords();
  return (
    <li data-testid={`backup-${backup.id}`} data-state={backup.state}>
      <p className="backup-name">
        <b data-name="">{backup.name}</b>
        <span className="soft">{t(`backup.kind.${backup.kind}`)}</span>
        <span className="grow" />
        <BackupStanding of={backup.state} />
      </p>
      <p className="soft">
        {t("backups.proven")} <Age at={backup.last_proven_ms} missing={t("missing.unproven")} />
        {" · "}
        {t("backups.within", { days: n(backup.within_days) })}
      </p>
      {backup.state !== "proven" && <Next backup={backup} answer={answer} />}
    </li>
  );
}

/** What to do, with the name of the probe or of the parts in it. */
function Next({ backup, answer }: { backup: Backup; answer: VenueAnswer }) {
  const { t } = useWords();
  const probe = answer.outcomes.find((o) => o.probe === backup.by_probe)?.name ?? backup.by_probe;
  const named = backup.state === "unexercised" ? backup.unexercised.join(t("backups.and")) : probe;
  const [before, after] = t(`backups.next.${backup.state as Exclude<Backup["state"], "proven">}`, {
    name: "\u0000",
  }).split("\u0000");
  return (
    <p data-testid={`backup-next-${backup.id}`}>
      <span className="soft">{t("problems.next")}</span> {before}
      <span data-name="">{named ?? "—"}</span>
      {after}
    </p>
  );
}
