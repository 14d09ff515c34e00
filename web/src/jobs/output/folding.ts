/** Maps rows of the screen to lines of the output, and back, while chapters are folded. Pure. */
import type { Chapter } from "../../live/output/job-log.ts";

interface Stretch {
  /** The row of its first line. */
  row: number;
  from: number;
  to: number;
}

export interface Folding {
  rows: number;
  lineAt(row: number): number;
  /** For a folded line, the row of its heading. */
  rowOf(line: number): number;
}

/** `first` and `end` limit the lines of the output. `folded` contains the lines of folded headings. */
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

/** The chapter that contains a line. */
export function chapterOf(chapters: readonly Chapter[], line: number): Chapter | undefined {
  return chapters.findLast((chapter) => chapter.line <= line);
}
