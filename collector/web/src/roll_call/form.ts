// What a roll call is begun with. Pure.
import type { CallKind, Level, Lists, NewRollCall, RollCallDepth, UnitItem, VenueRow } from "../api/names";

/** Why it is called. */
export const CALL_KINDS: readonly CallKind[] = ["duty", "before-meeting", "spot-check", "emergency"];

/** Under which names this browser remembers. */
export const OPERATOR = "avow.call.operator";
export const TITLE = "avow.call.title";
export const BASIS = "avow.call.basis";

/** The highest first. */
export const LEVELS: readonly Level[] = ["province", "city", "county", "township", "village"];

export const MOST_PLACES = 64;
export const MOST_VENUES = 1_000;
export const MOST_UNITS = 1_000;
const SHORTEST_S = 10;
const LONGEST_S = 3_600;

/** A place, a venue when its code names a room, or a unit of the register. */
export interface Chosen {
  code: string;
  unit?: true;
  name: string;
  /** Where it lies; empty for a city. */
  within: string;
}

export const isVenue = ({ code, unit }: Chosen): boolean => !unit && code.includes("-");
export const isPlace = (one: Chosen): boolean => !one.unit && !isVenue(one);

/** Whom: what is chosen in the form, a saved group, or the venues of a meeting. */
export type Source = "lists" | "group" | "meeting";

export interface Form {
  source: Source;
  group: number | null;
  meeting: number | null;
  kind: CallKind;
  title: string;
  depth: RollCallDepth;
  include: readonly Chosen[];
  except: readonly Chosen[];
  /** Of places only the rooms of these; none: of all. */
  levels: readonly string[];
  deadline: string;
  operator: string;
  basis: string;
  /** 会议系统. */
  system: string;
}

/** '3:00', '3' (minutes) or '0:45' in seconds; null when it is no time from ten seconds to an hour. */
export function deadlineOf(text: string): number | null {
  const match = /^\s*(\d{1,2})(?:[:：](\d{2}))?\s*$/.exec(text);
  if (!match) return null;
  const [, minutes = "", seconds = "0"] = match;
  if (Number(seconds) > 59) return null;
  const s = Number(minutes) * 60 + Number(seconds);
  return s >= SHORTEST_S && s <= LONGEST_S ? s : null;
}

/** Whether a place counts beside the city in which it lies by its code, as 平潭 beside 福州: its highest name is another. */
export function isBeside(city: Chosen, inner: Chosen): boolean {
  const highest = inner.within.split(" ").find(Boolean) ?? inner.name;
  const named = city.name !== city.code && inner.name !== inner.code;
  return city.code.length === 4 && inner.code !== city.code && named && highest !== city.name;
}

/** Adds it, unless what is chosen already holds it; what it holds goes. */
export function withChosen(chosen: readonly Chosen[], one: Chosen): readonly Chosen[] {
  const holds = (outer: Chosen, inner: Chosen) =>
    outer.unit || inner.unit
      ? outer.code === inner.code && outer.unit === inner.unit
      : inner.code.startsWith(outer.code) && !isBeside(outer, inner);
  if (chosen.some((other) => holds(other, one))) return chosen;
  return [...chosen.filter((other) => !holds(one, other)), one];
}

/** The levels with one more or one less, the highest first. */
export function toggledLevel(chosen: readonly string[], level: Level): Level[] {
  return LEVELS.filter((one) => (one === level) !== chosen.includes(one));
}

/** The levels that can be said of what is chosen: only places have any. */
export function levelsOf(include: readonly Chosen[], levels: readonly string[] | undefined): string[] {
  return include.some(isPlace) ? [...(levels ?? [])] : [];
}

/** Null: nobody, or too many. */
export function listsOf({ include, except, levels }: Pick<Form, "include" | "except" | "levels">): Lists | null {
  const codes = (is: (one: Chosen) => boolean) => include.filter(is).map((one) => one.code);
  const lists = {
    places: codes(isPlace),
    except: except.map((one) => one.code),
    levels: levelsOf(include, levels),
    venues: codes(isVenue),
    units: codes((one) => one.unit === true),
  };
  const { places, venues, units } = lists;
  const too_many =
    Math.max(places.length, except.length) > MOST_PLACES || venues.length > MOST_VENUES || units.length > MOST_UNITS;
  return too_many || places.length + venues.length + units.length === 0 ? null : lists;
}

const byCode = (code: string): Chosen => ({ code, name: code, within: "" });

/** What lists name, as it is chosen in a form. */
export function chosenIn({ places, venues, units }: Omit<Lists, "except" | "levels">): Chosen[] {
  return [...[...places, ...venues].map(byCode), ...units.map((code): Chosen => ({ ...byCode(code), unit: true }))];
}

export const chosenOut = ({ except }: Pick<Lists, "except">): Chosen[] => except.map(byCode);

function whomOf(form: Form): Partial<Lists> | { group: number } | { meeting: number } | null {
  if (form.source === "group") return form.group === null ? null : { group: form.group };
  if (form.source === "meeting") return form.meeting === null ? null : { meeting: form.meeting };
  return listsOf(form);
}

/** Null: something is missing. */
export function orderOf(form: Form): NewRollCall | null {
  const deadline_s = deadlineOf(form.deadline);
  const whom = whomOf(form);
  if (deadline_s === null || whom === null) return null;
  return {
    title: form.title.trim(),
    depth: form.depth,
    kind: form.kind,
    ...whom,
    deadline_s,
    confirmed: form.depth !== "present",
    operator: form.operator.trim(),
    basis: form.basis.trim(),
    system: form.system.trim(),
  };
}

/** The places and the venue that a row of the search stands for, the widest first. */
export function foundIn(row: Pick<VenueRow, "id" | "name" | "place" | "place_name">): Chosen[] {
  const names = row.place_name.split(" ").filter(Boolean);
  // What counts beside the city in which it lies by its code has a name less: the lowest are the row's own.
  const ends = [4, 6, 9, 12].filter((end) => end <= row.place.length);
  const places = ends.slice(Math.max(0, ends.length - names.length)).map((end, level) => ({
    code: row.place.slice(0, end),
    name: names[level] ?? row.place.slice(0, end),
    within: names.slice(0, level).join(" "),
  }));
  return [...places, { code: row.id, name: row.name, within: row.place_name }];
}

/** What a row of the register stands for. */
export function unitFound({ unit, name, place }: UnitItem): Chosen {
  return { code: unit, name, within: place ?? "", unit: true };
}

const SHOWN = 10;

/** What is offered for what was typed: places whose own name or code matches, then venues; each once. */
export function offered(rows: readonly VenueRow[], text: string, venues: boolean): Chosen[] {
  const found = rows.map(foundIn);
  const seen = new Set<string>();
  const once = (one: Chosen) => !seen.has(one.code) && seen.add(one.code);
  const matches = (one: Chosen) => one.name.includes(text) || one.code.startsWith(text);
  const places = found.flatMap((all) => all.slice(0, -1));
  // Found by pinyin or initials no name matches: then the place of each venue is meant.
  const own = found.flatMap((all) => all.slice(-2, -1));
  const named = places.filter(matches);
  const first = (named.length > 0 ? named : own).filter(once).slice(0, venues ? SHOWN / 2 : SHOWN);
  const rooms = venues ? found.flatMap((all) => all.slice(-1)).filter(once) : [];
  return [...first, ...rooms].slice(0, SHOWN);
}
