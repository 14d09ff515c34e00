/** Returns a value that depends on the daemon's clock. The component renders again only when the value changes. */
import { useSyncExternalStore } from "react";
import { usePage } from "../page-context.ts";

export function useNow<T extends string | number | undefined>(read: (nowMs: number) => T): T {
  const { clock } = usePage();
  return useSyncExternalStore(clock.subscribe, () => read(clock.nowMs()));
}
