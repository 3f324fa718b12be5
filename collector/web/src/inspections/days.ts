// Days of a year as a person types them. Pure.

/** '2026-10-01', '10-1', '10.1' or a span '10-01~10-07', one a line or with commas, in order; null when one is none of the year. */
export function daysIn(text: string, year: number): string[] | null {
  const found = new Set<string>();
  for (const word of text.split(/[\s,，、;；]+/).filter(Boolean)) {
    const [from, to = from] = word.split(/[~～—至]/).map((day) => dayIn(day ?? "", year));
    if (from == null || to == null || to < from) return null;
    for (let at = from; at <= to; at += DAY_MS) found.add(new Date(at).toISOString().slice(0, 10));
  }
  return [...found].sort();
}

const DAY_MS = 86_400_000;

function dayIn(text: string, year: number): number | null {
  const [, of = String(year), month = "", day = ""] = /^(?:(\d{4})[-./])?(\d{1,2})[-./](\d{1,2})$/.exec(text) ?? [];
  const at = Date.UTC(Number(of), Number(month) - 1, Number(day));
  const real = new Date(at).getUTCMonth() === Number(month) - 1 && Number(day) > 0;
  return month !== "" && real && Number(of) === year ? at : null;
}
