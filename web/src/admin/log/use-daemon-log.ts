/** The daemon's own log for as long as somebody looks, and which part of it, kept in the address. */
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
    // Not an entry of the history for every letter typed; and told at once, or a field would lose its letters.
    history.replaceState(history.state, "", logHash({ ...parseLogQuery(location.hash), ...part }));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [query, change];
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
