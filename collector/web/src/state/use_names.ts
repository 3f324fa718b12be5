// What places, venues and units are called of which only the codes are known.
import { useQueries } from "@tanstack/react-query";
import { NAMES, namesQuery } from "../api/queries";
import { chunks } from "./chunks";

/** The name of each code, or the code until it is known. `units`: which of them are units of the register. */
export function useNames(codes: readonly string[], units: readonly string[] = []): (code: string) => string {
  const places = chunks(
    codes.filter((code) => !units.includes(code)),
    NAMES,
  );
  const queries = [
    ...places.map((some) => namesQuery(some, [])),
    ...chunks(units, NAMES).map((some) => namesQuery([], some)),
  ];
  const answers = useQueries({ queries });
  return (code) => {
    const of = units.includes(code) ? "units" : "names";
    for (const { data } of answers) {
      const name = data?.[of][code];
      if (name !== undefined) return name;
    }
    return code;
  };
}
