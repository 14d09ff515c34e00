/** The current route. It follows the address. */
import { useMemo, useSyncExternalStore } from "react";
import { type PageRoute, parseRoute } from "../parts/route.ts";

export function useRoute(): PageRoute {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
