/** Subscribes to the daemon's log while the page is open. The address holds the filter. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { usePage } from "../../parts/page-context.ts";
import { type LogQuery, logHash, parseLogQuery } from "./log-query.ts";

export function useDaemonLog() {
  const { daemonLog } = usePage().live;
  useEffect(() => daemonLog.watch(), [daemonLog]);
  return useSyncExternalStore(daemonLog.subscribe, daemonLog.view);
}

export function useLogQuery(): [LogQuery, (change: Partial<LogQuery>) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const query = useMemo(() => parseLogQuery(hash), [hash]);
  const change = (part: Partial<LogQuery>) => {
    // Typing must not add history entries. The event fires at once, because a delayed value would drop typed letters.
    history.replaceState(history.state, "", logHash({ ...parseLogQuery(location.hash), ...part }));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [query, change];
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
