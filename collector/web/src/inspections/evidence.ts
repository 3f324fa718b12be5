// What a piece of evidence is, by the type that it is served with. Pure.

export type Kind = "picture" | "curves" | "text" | "sound" | "other";

export function kindOf(type: string): Kind {
  const [plain = ""] = type.split(";");
  if (plain.startsWith("image/")) return "picture";
  if (plain.startsWith("audio/")) return "sound";
  if (plain === "application/json") return "curves";
  return plain.startsWith("text/") ? "text" : "other";
}

/** '1.2 KB': of 1024 bytes, as the file manager of an office PC has it. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [size, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KB"] : [bytes / 1024 ** 2, "MB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** So much of a text is shown; the rest is in the original. */
export const SHOWN_CHARS = 4_000;
