// The newest of what is chosen, for whoever is told of keys.
import { useLayoutEffect, useMemo, useState } from "react";
import { Newest } from "./newest";

export interface Held<T> {
  get(): T;
  choose(value: T): void;
}

/** `drawn`: what is chosen as the page shows it. */
export function useNewest<T>(drawn: T): Held<T> {
  const [newest] = useState(() => new Newest(drawn));
  // As the page is drawn: an attempt that React throws away says nothing.
  useLayoutEffect(() => newest.draw(drawn));
  return useMemo(
    () => ({
      get: () => newest.get(performance.now()),
      choose: (value) => newest.choose(value, performance.now()),
    }),
    [newest],
  );
}
