/** The view of the job page, held in the address. */
import { useMemo, useSyncExternalStore } from "react";
import { type JobView, jobViewQuery, parseJobView } from "./job-view.ts";

export function useJobView(): [JobView, (view: JobView) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const view = useMemo(() => parseJobView(hash), [hash]);
  const change = (next: JobView) => {
    history.replaceState(history.state, "", location.hash.replace(/\?.*$/s, "") + jobViewQuery(next));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [view, change];
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
