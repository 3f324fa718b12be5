// What a roll call is begun with. Pure.
import type { NewRollCall, RollCallDepth, VenueRow } from "../api/names";

/** Under which names this browser remembers. */
export const OPERATOR = "avow.call.operator";
export const TITLE = "avow.call.title";
export const BASIS = "avow.call.basis";

export const MOST_PLACES = 64;
export const MOST_VENUES = 1_000;
const SHORTEST_S = 10;
const LONGEST_S = 3_600;

/** A place, or a venue when its code names a room. */
export interface Chosen {
  code: string;
  name: string;
  /** Where it lies; empty for a city. */
  within: string;
}

export const isVenue = ({ code }: Chosen): boolean => code.includes("-");

export interface Form {
  title: string;
  depth: RollCallDepth;
  include: readonly Chosen[];
  except: readonly Chosen[];
  deadline: string;
  operator: string;
  basis: string;
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

/** Adds it, unless what is chosen already holds it; what it holds goes. */
export function withChosen(chosen: readonly Chosen[], one: Chosen): readonly Chosen[] {
  const holds = (outer: string, inner: string) => inner.startsWith(outer);
  if (chosen.some((other) => holds(other.code, one.code))) return chosen;
  return [...chosen.filter((other) => !holds(one.code, other.code)), one];
}

/** Null: something is missing. */
export function orderOf(form: Form): NewRollCall | null {
  const deadline_s = deadlineOf(form.deadline);
  const places = form.include.filter((one) => !isVenue(one)).map((one) => one.code);
  const venues = form.include.filter(isVenue).map((one) => one.code);
  const except = form.except.map((one) => one.code);
  const too_many = Math.max(places.length, except.length) > MOST_PLACES || venues.length > MOST_VENUES;
  if (deadline_s === null || too_many || places.length + venues.length === 0) return null;
  return {
    title: form.title.trim(),
    depth: form.depth,
    places,
    except,
    venues,
    deadline_s,
    confirmed: form.depth !== "present",
    operator: form.operator.trim(),
    basis: form.basis.trim(),
  };
}

/** The places and the venue that a row of the search stands for, the widest first. */
export function foundIn(row: Pick<VenueRow, "id" | "name" | "place" | "place_name">): Chosen[] {
  const names = row.place_name.split(" ").filter(Boolean);
  const ends = [4, 6, 9, 12].filter((end) => end <= row.place.length);
  const places = ends.slice(0, names.length).map((end, level) => ({
    code: row.place.slice(0, end),
    name: names[level] ?? row.place.slice(0, end),
    within: names.slice(0, level).join(" "),
  }));
  return [...places, { code: row.id, name: row.name, within: row.place_name }];
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
