// How a backup path stands: its order, its mark, and what follows from both.
import type { Backup, BackupKind, BackupState, SystemCell } from "../api/names";
import type { Standing } from "./classes";

/** The most urgent first: the order of the collector. */
export const BACKUP_STATES: readonly BackupState[] = ["failing", "overdue", "never", "unexercised", "proven"];

export const BACKUP_KINDS: readonly BackupKind[] = ["line", "terminal", "microphone", "platform", "ups", "other"];

/** The colour and shape of each: grey never means good, and no two share a shape. */
export const BACKUP_MARK: Record<BackupState, Standing> = {
  failing: "fail",
  overdue: "stale",
  never: "silent",
  unexercised: "unknown",
  proven: "pass",
};

/** A filter's word: a state, or that there is no such path. */
export type BackupWish = BackupState | "none";

const WISHES: readonly BackupWish[] = [...BACKUP_STATES, "none"];

/** In order of urgency, each once; strangers are dropped. */
export function backupWishes(text: string): BackupWish[] {
  const wanted = new Set(text.split(","));
  return WISHES.filter((wish) => wanted.has(wish));
}

export function isBackupKind(text: string): text is BackupKind {
  return (BACKUP_KINDS as readonly string[]).includes(text);
}

/** How many paths of a cell are not proven within their time. */
export function unproven(cell: SystemCell): number {
  return cell.paths - cell.proven;
}

/** The most urgent state that occurs, or null where there is no path. */
export function worstState(cell: SystemCell): BackupState | null {
  return BACKUP_STATES.find((state) => cell[state] > 0) ?? null;
}

/** The most urgent first, then the oldest proof. */
export function urgentFirst(backups: readonly Backup[]): Backup[] {
  const rank = (b: Backup) => BACKUP_STATES.indexOf(b.state);
  return [...backups].sort((a, b) => rank(a) - rank(b) || (a.last_proven_ms ?? 0) - (b.last_proven_ms ?? 0));
}

/** The venues behind a number of the matrix. */
export function venuesLink(place: string, kind: BackupKind | null, wish: BackupWish | null): string {
  const parameters = new URLSearchParams();
  if (place !== "35") parameters.set("place", place);
  if (kind) parameters.set("backup_kind", kind);
  if (wish) parameters.set("backup", wish);
  parameters.set("sort", "proven");
  return `/venues?${parameters}`;
}
