/** Where each of many lines lies that are of different heights, in rows: only those on screen are drawn. Pure. */
import type { LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { logWordsOf, rowsOf } from "./log-text.ts";

export interface Layout {
  /** Characters beside each other in the column of words. */
  columns: number;
  /** Rows above the words: one where the screen is too narrow for them to stand beside the time. */
  heading: 0 | 1;
}

/** `tops[i]` is the row line i begins at; the last is how many rows there are. */
export function topsOf(lines: readonly LogLine[], { columns, heading }: Layout): number[] {
  const tops = [0];
  for (const line of lines) tops.push((tops.at(-1) ?? 0) + heading + rowsOf(logWordsOf(line), columns));
  return tops;
}

/** The lines from `first` up to and without `end` cover these rows. */
export function linesAt(tops: readonly number[], fromRow: number, toRow: number): { first: number; end: number } {
  const first = Math.max(0, after(tops, fromRow) - 1);
  return { first: Math.min(first, tops.length - 1), end: Math.min(tops.length - 1, after(tops, toRow)) };
}

/** The first that lies behind this row. */
function after(tops: readonly number[], row: number): number {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] ?? 0) > row) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What stands left of the words, in characters: time, level, source. */
const BESIDE = 13 + 6 + 23;
const NARROW = 90;

export function layoutOf(widthPx: number, characterPx: number): Layout {
  const room = Math.floor(widthPx / Math.max(1, characterPx));
  return room < NARROW ? { columns: Math.max(10, room), heading: 1 } : { columns: room - BESIDE, heading: 0 };
}
