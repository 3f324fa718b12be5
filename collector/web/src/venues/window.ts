// Which rows are in sight, and which pages hold them. Pure.
const SPARE = 8;

/** [from, to) with a few spare rows on either side. */
export function inSight(top: number, height: number, row: number, total: number): [number, number] {
  const from = Math.max(0, Math.floor(top / row) - SPARE);
  const to = Math.min(total, Math.ceil((top + height) / row) + SPARE);
  return [Math.min(from, total), Math.max(to, Math.min(from, total))];
}

export function pagesOf(from: number, to: number, page: number): number[] {
  if (to <= from) return [];
  const first = Math.floor(from / page);
  const last = Math.floor((to - 1) / page);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
