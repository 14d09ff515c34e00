/** Something that depends on the daemon's clock: drawn anew only when it becomes another. */
import { useSyncExternalStore } from "react";
import { usePage } from "../page-context.ts";

export function useNow<T extends string | number | undefined>(read: (nowMs: number) => T): T {
  const { clock } = usePage();
  return useSyncExternalStore(clock.subscribe, () => read(clock.nowMs()));
}
