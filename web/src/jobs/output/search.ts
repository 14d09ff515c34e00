/** Searches the output in small steps, so that the page stays responsive. The search continues when more lines arrive. */
import type { JobLog } from "../../live/output/job-log.ts";

export interface Search {
  text: string;
  /** The numbers of the matching lines in ascending order. */
  found: readonly number[];
  /** The line at which the search continues. */
  next: number;
}

/** The maximum number of matches. If there are more matches, the displayed count says so. */
export const MOST_FOUND = 10_000;
const LINES_AT_ONCE = 20_000;

export const searchFor = (text: string): Search => ({ text, found: [], next: 0 });

export const isThrough = ({ text, found, next }: Search, log: JobLog): boolean =>
  text === "" || found.length >= MOST_FOUND || next >= log.length - (log.end ? 0 : 1);

/** Runs one step of the search. Skips the last line while more text may be added to the line. */
export function searchOn(search: Search, log: JobLog): Search {
  const wanted = search.text.toLowerCase();
  const from = Math.max(search.next, log.dropped);
  const to = Math.min(from + LINES_AT_ONCE, log.length - (log.end ? 0 : 1));
  const found = search.found.filter((line) => line >= log.dropped);
  for (let line = from; line < to && found.length < MOST_FOUND; line++) {
    if (log.plain(line).toLowerCase().includes(wanted)) found.push(line);
  }
  return { ...search, found, next: Math.max(to, search.next) };
}
