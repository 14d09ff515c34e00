/** What a step wrote, as lines that can be shown: colours kept, every other control of a terminal taken out. Pure. */
import { type Style, styleAfter } from "../live/output/ansi.ts";
import { printable } from "../live/output/printable.ts";

export interface OutputLine {
  text: string;
  /** How the line before ended. */
  style: Style | undefined;
}

export function outputLines(output: string): OutputLine[] {
  const text = printable("", output).text.trimEnd();
  if (text === "") return [];
  let style: Style | undefined;
  return text.split("\n").map((line) => {
    const shown = { text: line, style };
    style = styleAfter(line, style);
    return shown;
  });
}
