/** Stores the filter of the daemon's log in the address of the page. Pure. */
import { isWanted, LogLevel, type LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { plainText } from "./log-text.ts";

export interface LogQuery {
  level: LogLevel;
  /** The name of a process, or of a part of a process. */
  part?: string | undefined;
  text: string;
}

export const wholeLog: LogQuery = { level: "trace", text: "" };

/** Ignores invalid values, because a user may type the address by hand. */
export function parseLogQuery(hash: string): LogQuery {
  const given = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  const part = given.get("part");
  return {
    level: LogLevel.options.find((known) => known === given.get("level")) ?? wholeLog.level,
    text: given.get("q") ?? "",
    ...(part && { part }),
  };
}

/** Returns an address that contains only the values that differ from the defaults. */
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

/** The range of lines to show: after the cleared lines, and before the lines that arrived during a pause. */
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

/** Returns the values that the filter offers: the processes of the daemon, and the parts of these processes. */
export function partsOf(lines: readonly LogLine[]): { processes: string[]; parts: string[] } {
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
  const processes = sorted(lines.map(({ process }) => process));
  return { processes, parts: sorted(lines.flatMap(({ part }) => part ?? [])).filter((part) => !processes.includes(part)) };
}
