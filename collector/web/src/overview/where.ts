// Where a venue lies, as short as the place that is looked at allows.
import type { PlaceRef } from "../api/names";

/** The last two of the names below the place at the end of `path`: 鼓楼区鼓东街道. Venues of different towns have the same names. */
export function placeBelow(placeName: string, path: PlaceRef[]): string {
  const above = path.slice(1).map((place) => place.name);
  const names = placeName.split(" ").filter(Boolean);
  const inside = above.every((name, level) => names[level] === name);
  return (inside ? names.slice(above.length) : names).slice(-2).join("");
}
