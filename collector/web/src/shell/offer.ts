// What the keys do in a list of offers under an input. Pure.

/** The place that an arrow leads to: past the last is none again, so that Enter means what was typed. */
export function moved(at: number | null, by: 1 | -1, offers: number): number | null {
  if (offers === 0) return null;
  const places = offers + 1;
  const now = at ?? offers;
  const next = (now + by + places) % places;
  return next === offers ? null : next;
}

/** What Enter opens: the chosen one, or the only one that there is; null: the whole list. */
export function opened(offers: readonly { id: string }[], at: number | null, only: boolean): string | null {
  return (at === null ? (only ? offers[0] : undefined) : offers[at])?.id ?? null;
}
