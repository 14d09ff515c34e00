/** Subscribes to the daemon's log while the log page is open. */
import { useEffect, useSyncExternalStore } from "react";
import { usePage } from "../../parts/page-context.ts";

export function useDaemonLog() {
  const { daemonLog } = usePage().live;
  useEffect(() => daemonLog.watch(), [daemonLog]);
  return useSyncExternalStore(daemonLog.subscribe, daemonLog.view);
}
