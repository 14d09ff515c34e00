/** The current route. It follows the address. */
import { useMemo } from "react";
import { type PageRoute, parseRoute } from "../parts/route.ts";
import { useHash } from "../parts/use-address.ts";

export function useRoute(): PageRoute {
  const hash = useHash();
  return useMemo(() => parseRoute(hash), [hash]);
}
