/** The view of the fleet page, held in the address. */
import { useMemo, useSyncExternalStore } from "react";
import { type FleetQuery, parseQuery, queryHash } from "./fleet-query.ts";

export function useFleetQuery(): [FleetQuery, (change: Partial<FleetQuery>) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const query = useMemo(() => parseQuery(hash), [hash]);
  const change = (part: Partial<FleetQuery>) => {
    // Typing must not add history entries. The event fires at once, because a delayed value would drop typed letters.
    history.replaceState(history.state, "", queryHash({ ...parseQuery(location.hash), ...part }));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [query, change];
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
