/** Stores state in the hash of the address, so that users can save and share a view. */
import { useMemo, useSyncExternalStore } from "react";

export const useHash = (): string => useSyncExternalStore(subscribe, () => location.hash);

/** `parse` and `format` have to be the same functions in every call. */
export function useAddress<T extends object>(parse: (hash: string) => T, format: (value: T) => string): [T, (change: Partial<T>) => void] {
  const hash = useHash();
  const value = useMemo(() => parse(hash), [hash, parse]);
  const change = (part: Partial<T>) => {
    // Typing must not add entries to the history of the browser.
    // The event is sent immediately, because a delayed value would drop typed letters.
    history.replaceState(history.state, "", format({ ...parse(location.hash), ...part }));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [value, change];
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
