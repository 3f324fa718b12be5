// What places, venues and units are called of which only the codes are known.
import { useQueries } from "@tanstack/react-query";
import { nameQuery } from "../api/queries";

/** More than a person reads; the rest keep their codes. */
const MOST = 40;

/** The name of each code, or the code until it is known. `units`: which of them are units of the register. */
export function useNames(codes: readonly string[], units: readonly string[] = []): (code: string) => string {
  const asked = [...new Set([...codes, ...units])].slice(0, MOST);
  const answers = useQueries({ queries: asked.map((code) => nameQuery(code, units.includes(code))) });
  return (code) => answers[asked.indexOf(code)]?.data ?? code;
}
