// The wall by counties: where cells would be too small to tell apart, a tile for each county says how many have not answered. Pure.
import type { RollCallCity, RollCallEntry } from "../api/names";
import { countSigns, type Sign } from "./sign";

export interface County {
  /** A code of six digits; of four or two: the rooms of the city's, or of the province's own seat. */
  code: string;
  members: number;
  counts: Readonly<Record<Sign, number>>;
  /** Have not answered, but may: an answer that was only received is not one. */
  open: number;
  /** Answered, and something does not work. */
  faulty: number;
}

export interface CountyRow {
  city: RollCallCity;
  /** Stragglers first. */
  counties: readonly County[];
}

/** The county in which a venue lies by its code; a unit without a room belongs to the seat of its city. */
export function countyOf({ venue, city }: Pick<RollCallEntry, "venue" | "city">): string {
  if (venue === null) return city.slice(0, 6);
  const end = venue.indexOf("-");
  return venue.slice(0, Math.min(6, end < 0 ? venue.length : end));
}

interface Counted {
  code: string;
  members: number;
  counts: Record<Sign, number>;
}

/** Those with most left to do first, then those that have most venues: so that what is done does not move. */
function stragglersFirst(a: County, b: County): number {
  return b.open - a.open || b.faulty - a.faulty || b.members - a.members || (a.code < b.code ? -1 : 1);
}

/** A row for each city that has any of the chosen, in the order of the cities. */
export function countyRows(
  chosen: readonly number[],
  entries: readonly RollCallEntry[],
  signs: readonly Sign[],
  cities: readonly RollCallCity[],
): CountyRow[] {
  const by_city = new Map<string, Map<string, Counted>>();
  for (const index of chosen) {
    const entry = entries[index] as RollCallEntry;
    const { city } = entry;
    const row = by_city.get(city) ?? new Map<string, Counted>();
    by_city.set(city, row);
    const code = countyOf(entry);
    const county = row.get(code) ?? { code, members: 0, counts: countSigns([]) };
    row.set(code, county);
    county.members++;
    county.counts[signs[index] as Sign]++;
  }
  return cities.flatMap((city) => {
    const row = by_city.get(city.place);
    if (!row) return [];
    const counties = [...row.values()].map((county) => ({
      ...county,
      open: county.counts.silent + county.counts.waiting + county.counts.heard,
      faulty: county.counts.fault + county.counts["person-fault"],
    }));
    return [{ city, counties: counties.sort(stragglersFirst) }];
  });
}

/** The same counties in the places that they had: only what they say is new. */
export function inPlaceOf(held: readonly CountyRow[], rows: readonly CountyRow[]): CountyRow[] {
  const places = new Map(held.flatMap(({ counties }) => counties.map(({ code }, place) => [code, place] as const)));
  return rows.map((row) => {
    const at = (county: County) => places.get(county.code) ?? Number.POSITIVE_INFINITY;
    const known = row.counties.filter((county) => places.has(county.code)).sort((a, b) => at(a) - at(b));
    return { ...row, counties: [...known, ...row.counties.filter((county) => !places.has(county.code))] };
  });
}

/** The sign that a tile shows, with how many wear it: what somebody has to do something about first. */
export function worst({ counts, open, faulty }: County): { sign: Sign; n: number } | null {
  if (counts.silent > 0) return { sign: "silent", n: counts.silent };
  if (open > 0) return { sign: counts.waiting > 0 ? "waiting" : "heard", n: open };
  if (faulty > 0) return { sign: "fault", n: faulty };
  return null;
}
