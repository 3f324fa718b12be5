// The list's conditions live in the URL alone: a link opens the same list on another desk.
import { useMemo } from "react";
import type { VenueFilter } from "../api/queries";
import { backupWishes, isBackupKind } from "../state/backups";
import { isStanding, STANDINGS, type Standing } from "../state/classes";
import { useSearch } from "../state/use_search";

export const SORTS = ["severity", "name", "code", "since", "last", "proven"] as const;

export function readFilter(parameters: URLSearchParams): VenueFilter {
  const sort = SORTS.find((s) => s === parameters.get("sort")) ?? "severity";
  const order = parameters.get("order") === "desc" ? "desc" : parameters.get("order") === "asc" ? "asc" : "";
  const classes = classesOf(parameters.get("class") ?? "");
  return {
    place: parameters.get("place") ?? "",
    class: classes.join(","),
    q: parameters.get("q") ?? "",
    backup: backupWishes(parameters.get("backup") ?? "").join(","),
    backup_kind: isBackupKind(parameters.get("backup_kind") ?? "") ? (parameters.get("backup_kind") ?? "") : "",
    sort,
    order,
  };
}

/** In order of severity, each once; words that are no class are dropped. */
export function classesOf(text: string): Standing[] {
  const wanted = new Set(text.split(",").filter(isStanding));
  return STANDINGS.filter((c) => wanted.has(c));
}

export function toggled(classes: string, c: Standing): string {
  const now = new Set(classesOf(classes));
  if (!now.delete(c)) now.add(c);
  return STANDINGS.filter((each) => now.has(each)).join(",");
}

export function useFilter(): [VenueFilter, (change: Partial<VenueFilter>) => void] {
  const [parameters, change] = useSearch();
  const text = parameters.toString();
  const filter = useMemo(() => readFilter(new URLSearchParams(text)), [text]);
  return [filter, change];
}
