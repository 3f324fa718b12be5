// Canvas knows no CSS variables: a state's colour laid over a surface, as one opaque colour.
export function mix(surface: string, colour: string, depth: number): string {
  const of = (hex: string, i: number) => Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  const channel = (i: number) => Math.round(of(surface, i) + (of(colour, i) - of(surface, i)) * depth);
  return `rgb(${channel(0)},${channel(1)},${channel(2)})`;
}
