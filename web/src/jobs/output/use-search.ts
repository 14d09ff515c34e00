/** Runs the search in a job's output step by step, as lines arrive. */
import { useEffect, useState } from "react";
import type { JobLog } from "../../live/output/job-log.ts";
import { isThrough, type Search, searchFor, searchOn } from "./search.ts";

export function useSearch(log: JobLog, text: string): Search {
  const [search, setSearch] = useState(searchFor(text));
  const current = search.text === text ? search : searchFor(text);
  const through = isThrough(current, log);
  useEffect(() => {
    if (through) return;
    const timer = setTimeout(() => setSearch(searchOn(current, log)), 0);
    return () => clearTimeout(timer);
  }, [current, log, through]);
  return current;
}
