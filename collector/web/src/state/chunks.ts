// Long lists in parts. Pure.

/** Each once, in order, in parts of at most `size`: the same codes make the same parts, whichever way they came. */
export function chunks(codes: readonly string[], size: number): string[][] {
  const all = [...new Set(codes)].sort();
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
