import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Backup, BackupState, SystemCell } from "../api/names";
import {
  BACKUP_KINDS,
  BACKUP_MARK,
  BACKUP_STATES,
  backupWishes,
  unproven,
  urgentFirst,
  venuesLink,
  worstState,
} from "../state/backups";
import { readFilter } from "../venues/filter";
import { isKey } from "../words/words";

const cell = (some: Partial<SystemCell>): SystemCell => ({
  kind: "line",
  venues: 0,
  paths: 0,
  proven: 0,
  overdue: 0,
  failing: 0,
  never: 0,
  unexercised: 0,
  last_proven_ms: null,
  ...some,
});

const backup = (id: string, state: BackupState, last_proven_ms: number | null): Backup => ({
  id,
  name: id,
  kind: "line",
  state,
  last_proven_ms,
  due_ms: null,
  within_days: 7,
  by_probe: null,
  unexercised: [],
});

test("states and kinds are those of the collector, in its order, and all have words", () => {
  const { components } = JSON.parse(readFileSync("openapi.json", "utf8"));
  expect(BACKUP_STATES).toEqual(components.schemas.BackupStateName.enum);
  expect(BACKUP_KINDS).toEqual(components.schemas.BackupKindName.enum);
  for (const state of BACKUP_STATES)
    expect(isKey(`backup.${state}`) && isKey(`backup.means.${state}`), state).toBe(true);
  for (const kind of BACKUP_KINDS) expect(isKey(`backup.kind.${kind}`), kind).toBe(true);
});

test("no two states share a shape, and only a proven path is green", () => {
  expect(new Set(Object.values(BACKUP_MARK)).size).toBe(BACKUP_STATES.length);
  expect(BACKUP_STATES.filter((state) => BACKUP_MARK[state] === "pass")).toEqual(["proven"]);
});

test("a cell is told by its most urgent state", () => {
  expect(worstState(cell({ paths: 3, proven: 2, overdue: 1 }))).toBe("overdue");
  expect(worstState(cell({ paths: 3, never: 2, failing: 1 }))).toBe("failing");
  expect(worstState(cell({}))).toBeNull();
  expect(unproven(cell({ paths: 3, proven: 1 }))).toBe(2);
});

test("the most urgent backup comes first, then the one proven longest ago", () => {
  const all = [
    backup("new", "proven", 9),
    backup("old", "proven", 1),
    backup("late", "overdue", 0),
    backup("ill", "failing", 5),
  ];
  expect(urgentFirst(all).map((b) => b.id)).toEqual(["ill", "late", "old", "new"]);
});

test("a number of the matrix leads to its venues, and the list reads the same words back", () => {
  expect(venuesLink("3501", "line", "overdue")).toBe("/venues?place=3501&backup_kind=line&backup=overdue&sort=proven");
  expect(venuesLink("35", null, "none")).toBe("/venues?backup=none&sort=proven");
  const filter = readFilter(new URLSearchParams(venuesLink("3501", "ups", "never").split("?")[1]));
  expect([filter.place, filter.backup_kind, filter.backup, filter.sort]).toEqual(["3501", "ups", "never", "proven"]);
  expect(backupWishes("none,proven,evil,failing,failing")).toEqual(["failing", "proven", "none"]);
  expect(readFilter(new URLSearchParams("backup=evil&backup_kind=evil")).backup_kind).toBe("");
});
