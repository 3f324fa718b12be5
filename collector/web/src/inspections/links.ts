// Links for many venues as a file that a spreadsheet opens. Pure.
import type { MadeLinks } from "../api/names";
import { timestamp } from "../time/age";

/** A cell that a spreadsheet would take for a formula gets an apostrophe, as in every file of the server. */
function cell(text: string): string {
  const plain = /^'*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** `heading`: what stands above the five columns; `origin`: where this server is, as the phones find it. */
export function csvOf(made: MadeLinks, heading: readonly string[], origin: string): string {
  const until = timestamp(made.until_ms).slice(0, 16);
  const rows = made.items.map((one) => [one.venue, one.name, one.unit, `${origin}${one.path}`, until]);
  // Without the mark a spreadsheet takes it for another encoding.
  return `\ufeff${[heading, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
