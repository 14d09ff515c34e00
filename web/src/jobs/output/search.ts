/** Searches the output in small steps, so that the page stays responsive, and continues when more lines arrive. */
import type { JobLog } from "../../live/output/job-log.ts";

export interface Search {
  text: string;
  /** Numbers of matching lines, in order. */
  found: readonly number[];
  /** The line to continue at. */
  next: number;
}

/** The limit of matches. The count shows that there are more. */
export const MOST_FOUND = 10_000;
const LINES_AT_ONCE = 20_000;

export const searchFor = (text: string): Search => ({ text, found: [], next: 0 });

export const isThrough = ({ text, found, next }: Search, log: JobLog): boolean =>
  text === "" || found.length >= MOST_FOUND || next >= log.length - (log.end ? 0 : 1);

/** One step. The last line is skipped while it may still grow. */
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
