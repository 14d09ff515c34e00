/** What a step wrote, as lines that can be shown: colours kept, every other control of a terminal taken out. Pure. */
import { type Look, lookAfter } from "../jobs/output/ansi.ts";
import { printable } from "../jobs/output/printable.ts";

export interface OutputLine {
  text: string;
  /** How the line before ended. */
  look: Look | undefined;
}

export function outputLines(output: string): OutputLine[] {
  const text = printable("", output).text.trimEnd();
  if (text === "") return [];
  let look: Look | undefined;
  return text.split("\n").map((line) => {
    const shown = { text: line, look };
    look = lookAfter(line, look);
    return shown;
  });
}
