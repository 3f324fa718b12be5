// Numbers as they are read: few digits, bytes in thousands, the unit in words. Pure.
import type { Words } from "../words/words";

/** At most three decimals, and no invented ones. */
export function formatValue(number: number): string {
  if (Number.isInteger(number)) return String(number);
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : Math.abs(number) >= 1 ? 2 : 3;
  return String(Number(number.toFixed(digits)));
}

const BYTES = ["kB", "MB", "GB", "TB"];

/** The number and its unit apart, so that a page can set them differently; the unit may be empty. */
export function measured(number: number, unit: string, { unit: word }: Pick<Words, "unit">): [string, string] {
  if (unit !== "B" || Math.abs(number) < 1000) return [formatValue(number), word(unit)];
  const power = Math.min(BYTES.length, Math.floor(Math.log10(Math.abs(number)) / 3));
  return [formatValue(number / 1000 ** power), BYTES[power - 1] ?? ""];
}

/** '≤220 ≥30' as the collector says it; numbers of bytes get their unit, because it is not that of the value beside. */
export function limitText(limit: string, unit: string, words: Pick<Words, "unit">): string {
  if (unit !== "B") return limit;
  return limit.replace(/\d+(\.\d+)?/g, (digits) => measured(Number(digits), unit, words).join(" "));
}
