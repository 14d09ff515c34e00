/** Prints answers on standard output: text for people, or JSON for programs. */
import { styleText } from "node:util";
import { plainText } from "../log/plain-text.ts";
import { displayWidth, fitting } from "./display-width.ts";

export function print(json: boolean, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text.trimEnd()}\n`);
}

/** Returns the width of a line, or undefined if a program reads the output, so that no cell is cut. */
export function terminalWidth(): number | undefined {
  const columns = Number(process.env.COLUMNS);
  if (Number.isInteger(columns) && columns >= 40) return columns;
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

export interface Column {
  title: string;
  /** The minimum width to which the column may be cut if a line is too long. A column without a minimum width is never cut. */
  least?: number;
  paint?: (cell: string, row: number) => string;
}

const GAP = "  ";

/** Formats a table. Cells may contain text from machines, so control characters are removed. */
export function table(columns: Column[], rows: string[][], width = terminalWidth()): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(clean))];
  const widths = fit(
    columns.map(({ least }, column) => ({ least, full: Math.max(...lines.map((line) => displayWidth(line[column] ?? ""))) })),
    width,
  );
  return lines
    .map((line, row) =>
      columns
        .map(({ paint }, column) => {
          const room = widths[column] ?? 0;
          const text = cut(line[column] ?? "", room);
          const padding = column === columns.length - 1 ? "" : " ".repeat(room - displayWidth(text));
          return (row > 0 && paint ? paint(text, row - 1) : text) + padding;
        })
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

/** Repeatedly narrows the widest column that may be cut, until the line fits or no column can become narrower. */
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

export const cut = (text: string, room: number): string => (displayWidth(text) <= room ? text : `${fitting(text, Math.max(room - 1, 0))}…`);

export const clean = (text: string): string => plainText(text).replace(/\p{Cc}/gu, " ");

/** Colours the text on a terminal, unless NO_COLOR is set. */
export const paint = (style: Parameters<typeof styleText>[0], text: string): string => styleText(style, text, { stream: process.stdout });

export function ago(instant: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}
