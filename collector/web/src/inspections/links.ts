// Links for many venues as a file that a spreadsheet opens. Pure.
import type { MadeLinks } from "../api/names";
import { timestamp } from "../time/age";

/** A cell that a spreadsheet would take for a formula gets an apostrophe, as in every file of the server. */
function cell(text: string): string {
  const plain = /^'*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** `heading`: what stands above the six columns; `origin`: where this server is, as the phones find it. */
export function csvOf(made: MadeLinks, heading: readonly string[], origin: string): string {
  const rows = made.items.map((one) => [
    one.send_on,
    one.venue,
    one.name,
    one.unit,
    `${origin}${one.path}`,
    timestamp(one.until_ms).slice(0, 16),
  ]);
  // Without the mark a spreadsheet takes it for another encoding.
  return `\ufeff${[heading, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** What was typed as the number of a county's links a day, within what the server takes; null: nothing that is a number. */
export function dayOf(typed: string): number | null {
  const number = typed.trim() === "" ? Number.NaN : Number(typed);
  return Number.isFinite(number) ? Math.min(5000, Math.max(0, Math.trunc(number))) : null;
}
