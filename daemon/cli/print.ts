/** Answers on standard output: text for people, or JSON for programs. */
import { stripVTControlCharacters, styleText } from "node:util";

export function print(json: boolean, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text.trimEnd()}\n`);
}

/** How wide lines may be; undefined where a program reads them: it gets everything. */
export function terminalWidth(): number | undefined {
  const told = Number(process.env.COLUMNS);
  if (Number.isInteger(told) && told >= 40) return told;
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

export interface Column {
  title: string;
  /** May be cut down to this many characters where the line is too long. Without it the column is never cut. */
  least?: number;
  paint?: (cell: string, row: number) => string;
}

const GAP = "  ";

/** Cells may come from machines: control characters never reach the terminal. */
export function table(columns: Column[], rows: string[][], width = terminalWidth()): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(clean))];
  const widths = fit(
    columns.map(({ least }, column) => ({ least, full: Math.max(...lines.map((line) => line[column]?.length ?? 0)) })),
    width,
  );
  return lines
    .map((line, row) =>
      columns
        .map(({ paint }, column) => {
          const room = widths[column] ?? 0;
          const text = cut(line[column] ?? "", room);
          const padding = column === columns.length - 1 ? "" : " ".repeat(room - text.length);
          return (row > 0 && paint ? paint(text, row - 1) : text) + padding;
        })
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

/** Takes from whichever cuttable column is widest, until the line fits or nothing may be cut any more. */
function fit(columns: { full: number; least: number | undefined }[], width: number | undefined): number[] {
  const widths = columns.map(({ full }) => full);
  if (width === undefined) return widths;
  const spare = (column: number) => (widths[column] ?? 0) - (columns[column]?.least ?? Number.POSITIVE_INFINITY);
  for (;;) {
    if (widths.reduce((sum, each) => sum + each, GAP.length * (columns.length - 1)) <= width) return widths;
    const widest = widths.map((_, column) => column).reduce((best, column) => (spare(column) > spare(best) ? column : best), 0);
    if (spare(widest) <= 0) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

export const cut = (text: string, room: number): string => (text.length <= room ? text : `${text.slice(0, Math.max(room - 1, 0))}…`);

export const clean = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}/gu, " ");

/** Colour only where a person looks: a terminal, and NO_COLOR not set. */
export const paint = (style: Parameters<typeof styleText>[0], text: string): string => styleText(style, text, { stream: process.stdout });

export function ago(instant: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}
