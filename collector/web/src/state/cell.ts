// One value outside React that components can follow.
import { useSyncExternalStore } from "react";

export interface Cell<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function cell<T>(initial: T): Cell<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Follows the cell; with `read`, re-renders only when what is read changes (keep it a primitive). */
export function useCell<T>(of: Cell<T>): T;
export function useCell<T, U>(of: Cell<T>, read: (value: T) => U): U;
export function useCell<T, U>(of: Cell<T>, read?: (value: T) => U): T | U {
  return useSyncExternalStore(of.subscribe, () => (read ? read(of.get()) : of.get()));
}
