/** Computes the row at which each line starts, so that only visible lines are drawn. Pure. */
import type { LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { logWordsOf, rowsOf } from "./log-text.ts";

export interface Layout {
  /** The number of characters per row in the text column. */
  columns: number;
  /** The number of rows above the text of a line. On a narrow screen, the time has a row of its own. */
  heading: 0 | 1;
}

/** Returns `tops`, where `tops[i]` is the first row of line i. The last element of `tops` is the total number of rows. */
export function topsOf(lines: readonly LogLine[], { columns, heading }: Layout): number[] {
  const tops = [0];
  for (const line of lines) tops.push((tops.at(-1) ?? 0) + heading + rowsOf(logWordsOf(line), columns));
  return tops;
}

/** Returns the range of lines that cover the given rows. `end` is the index after the last line. */
export function linesAt(tops: readonly number[], fromRow: number, toRow: number): { first: number; end: number } {
  const first = Math.max(0, after(tops, fromRow) - 1);
  return { first: Math.min(first, tops.length - 1), end: Math.min(tops.length - 1, after(tops, toRow)) };
}

/** Returns the index of the first line that starts below the given row. */
function after(tops: readonly number[], row: number): number {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] ?? 0) > row) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The width of the columns left of the text in characters: time, level and source. */
const BESIDE = 13 + 6 + 23;
const NARROW = 90;

export function layoutOf(widthPx: number, characterPx: number): Layout {
  const room = Math.floor(widthPx / Math.max(1, characterPx));
  return room < NARROW ? { columns: Math.max(10, room), heading: 1 } : { columns: room - BESIDE, heading: 0 };
}
