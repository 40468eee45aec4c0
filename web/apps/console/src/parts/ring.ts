import { useSyncExternalStore } from "react";

/** A value outside the pages, and those who listen to it. */
export interface Ring<T> {
  get: () => T;
  set: (next: T) => void;
  use: () => T;
}

export function ring<T>(first: T): Ring<T> {
  let value = first;
  const hearers = new Set<() => void>();
  const hear = (hearer: () => void) => {
    hearers.add(hearer);
    return () => {
      hearers.delete(hearer);
    };
  };
  const get = () => value;
  return {
    get,
    set: (next) => {
      value = next;
      for (const hearer of hearers) hearer();
    },
    use: () => useSyncExternalStore(hear, get),
  };
}
