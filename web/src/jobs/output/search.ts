/** Looks for a text in the output, some lines at a time so that nothing else waits, and goes on when more comes. */
import type { JobLog } from "../../live/output/job-log.ts";

export interface Search {
  text: string;
  /** Numbers of the lines found, in order. */
  found: readonly number[];
  /** Where to go on. */
  next: number;
}

/** Nobody walks through more; the count says that there are more. */
export const MOST_FOUND = 10_000;
const LINES_AT_ONCE = 20_000;

export const searchFor = (text: string): Search => ({ text, found: [], next: 0 });

export const isThrough = ({ text, found, next }: Search, log: JobLog): boolean =>
  text === "" || found.length >= MOST_FOUND || next >= log.length - (log.end ? 0 : 1);

/** One step; the last line is left alone while it may go on. */
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
