/** Formats a line of the daemon's log and counts its rows in a fixed-width font. Pure. */
import type { LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { withoutColours } from "../../live/output/ansi.ts";
import { printablePiece } from "../../live/output/printable.ts";

/** Removes control characters and direction marks, because machines can influence the text. */
const harmless = (text: string): string => withoutColours(printablePiece("", text).text).replaceAll("\t", "    ");

export const sourceOf = ({ process, part }: LogLine): string => harmless(part === undefined ? process : `${process}/${part}`);

const texts = new WeakMap<LogLine, string>();

/** Returns the message of a log line, followed by its fields. A stack trace starts on a new row. */
export function logWordsOf(line: LogLine): string {
  const known = texts.get(line);
  if (known !== undefined) return known;
  const { err, ...rest } = line.detail ?? {};
  const named = Object.entries(rest).map(([name, value]) => ` ${name}=${/[\s"]/.test(value) ? JSON.stringify(value) : value}`);
  const words = harmless(`${line.text}${named.join("")}${err === undefined ? "" : `\n${err}`}`);
  texts.set(line, words);
  return words;
}

export const plainText = (line: LogLine): string => `${line.at} ${line.level} ${sourceOf(line)}: ${logWordsOf(line)}`;

export const rowsOf = (words: string, columns: number): number =>
  words.split("\n").reduce((sum, part) => sum + Math.max(1, Math.ceil(part.length / Math.max(1, columns))), 0);

const pad = (value: number, digits: number) => String(value).padStart(digits, "0");

/** Formats the time of day in the time zone of the browser. The tooltip of the cell names the time zone. */
export function timeOfDay(at: string): string {
  const when = new Date(at);
  return `${pad(when.getHours(), 2)}:${pad(when.getMinutes(), 2)}:${pad(when.getSeconds(), 2)}.${pad(when.getMilliseconds(), 3)}`;
}

/** Splits the text into pieces that match the search and pieces that do not match. */
export function logPiecesOf(words: string, wanted: string): { text: string; found: boolean }[] {
  const sought = wanted.trim().toLowerCase();
  const lower = words.toLowerCase();
  // The conversion to lower case can change the length of a text, and then the positions of matches are unknown.
  if (sought === "" || lower.length !== words.length) return [{ text: words, found: false }];
  const pieces: { text: string; found: boolean }[] = [];
  let from = 0;
  for (let at = lower.indexOf(sought); at !== -1; at = lower.indexOf(sought, from)) {
    if (at > from) pieces.push({ text: words.slice(from, at), found: false });
    pieces.push({ text: words.slice(at, at + sought.length), found: true });
    from = at + sought.length;
  }
  if (from < words.length || pieces.length === 0) pieces.push({ text: words.slice(from), found: false });
  return pieces;
}
