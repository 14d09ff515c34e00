/** The filter of the daemon's log, as part of the address. Pure. */
import { isWanted, LogLevel, type LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { plainText } from "./log-text.ts";

export interface LogQuery {
  level: LogLevel;
  /** A process, or a part of one. */
  part?: string | undefined;
  text: string;
}

export const wholeLog: LogQuery = { level: "trace", text: "" };

/** The address may be typed by hand: invalid values are ignored. */
export function parseLogQuery(hash: string): LogQuery {
  const given = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  const part = given.get("part");
  return {
    level: LogLevel.options.find((known) => known === given.get("level")) ?? wholeLog.level,
    text: given.get("q") ?? "",
    ...(part && { part }),
  };
}

/** Contains only the values that differ from the defaults. */
export function logHash({ level, part, text }: LogQuery): string {
  const said = new URLSearchParams();
  if (level !== wholeLog.level) said.set("level", level);
  if (part !== undefined) said.set("part", part);
  if (text !== "") said.set("q", text);
  return said.size === 0 ? "#/log" : `#/log?${said}`;
}

export function logCommand({ level, part }: LogQuery): string {
  const quoted = part !== undefined && !/^[\w.-]+$/.test(part) ? `'${part.replaceAll("'", `'\\''`)}'` : part;
  return ["muster log", level !== wholeLog.level && `--level ${level}`, quoted !== undefined && `--part ${quoted}`, "--follow"]
    .filter(Boolean)
    .join(" ");
}

/** The lines after the cleared ones and before those that arrived during a pause. */
export interface Span {
  after: number;
  upTo: number;
}

export function shownLines(lines: readonly LogLine[], { level, part, text }: LogQuery, { after, upTo }: Span): LogLine[] {
  const wanted = text.trim().toLowerCase();
  return lines.filter(
    (line) =>
      line.seq > after &&
      line.seq <= upTo &&
      isWanted(line, level, part) &&
      (wanted === "" || plainText(line).toLowerCase().includes(wanted)),
  );
}

/** The choices of the filter: processes first, then their parts. */
export function partsOf(lines: readonly LogLine[]): { processes: string[]; parts: string[] } {
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
  const processes = sorted(lines.map(({ process }) => process));
  return { processes, parts: sorted(lines.flatMap(({ part }) => part ?? [])).filter((part) => !processes.includes(part)) };
}
