/** Converts between rows of the screen and lines of the output while chapters are folded. Pure. */
import type { Chapter } from "../../live/output/job-log.ts";

interface Stretch {
  /** The row on the screen that shows the first line of the range. */
  row: number;
  from: number;
  to: number;
}

export interface Folding {
  rows: number;
  lineAt(row: number): number;
  /** Returns the row of a line, or the row of its heading if the line is folded. */
  rowOf(line: number): number;
}

/**
 * The output starts at the line `first` and stops before the line `end`. `folded` contains the line numbers of folded
 * headings.
 */
export function fold(first: number, end: number, chapters: readonly Chapter[], folded: ReadonlySet<number>): Folding {
  const stretches: Stretch[] = [];
  let rows = 0;
  const show = (from: number, to: number) => {
    if (to <= from) return;
    stretches.push({ row: rows, from, to });
    rows += to - from;
  };
  let from = first;
  for (const [index, { line }] of folded.size === 0 ? [] : chapters.entries()) {
    if (!folded.has(line)) continue;
    show(from, line + 1);
    from = chapters[index + 1]?.line ?? end;
  }
  show(from, end);
  return {
    rows,
    lineAt: (row) => {
      const stretch = lastUpTo(stretches, (each) => each.row <= row);
      return stretch ? stretch.from + row - stretch.row : first;
    },
    rowOf: (line) => {
      const stretch = lastUpTo(stretches, (each) => each.from <= line);
      return stretch ? Math.min(stretch.row + line - stretch.from, stretch.row + stretch.to - stretch.from - 1) : 0;
    },
  };
}

function lastUpTo(stretches: readonly Stretch[], holds: (stretch: Stretch) => boolean): Stretch | undefined {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const stretch = stretches[middle];
    if (stretch && holds(stretch)) low = middle + 1;
    else high = middle;
  }
  return stretches[low - 1];
}

/** Returns the chapter that contains a line. */
export function chapterOf(chapters: readonly Chapter[], line: number): Chapter | undefined {
  return chapters.findLast((chapter) => chapter.line <= line);
}
