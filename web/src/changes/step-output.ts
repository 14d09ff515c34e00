/** Splits the output of a step into lines. Colours are kept, but other terminal control sequences are removed. Pure. */
import { type Style, styleAfter } from "../live/output/ansi.ts";
import { printablePiece } from "../live/output/printable.ts";

export interface OutputLine {
  text: string;
  /** The style at the end of the previous line. */
  style: Style | undefined;
}

export function outputLines(output: string): OutputLine[] {
  const text = printablePiece("", output).text.trimEnd();
  if (text === "") return [];
  let style: Style | undefined;
  return text.split("\n").map((line) => {
    const shown = { text: line, style };
    style = styleAfter(line, style);
    return shown;
  });
}
