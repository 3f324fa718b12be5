// A backup path's state: shape, colour and word together.
import type { BackupState } from "../api/names";
import { useWords } from "../words/words";
import { BACKUP_MARK } from "./backups";
import { State } from "./Mark";

export function BackupStanding({ of }: { of: BackupState }) {
  const { t } = useWords();
  return <State of={BACKUP_MARK[of]} word={t(`backup.${of}`)} />;
}
