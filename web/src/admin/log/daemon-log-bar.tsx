/** Shows the filters of the daemon's log. */
import type { ReactNode, RefObject } from "react";
import { LogLevel, type LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { type LogQuery, partsOf } from "./log-query.ts";

interface Props {
  lines: readonly LogLine[];
  query: LogQuery;
  onQuery: (change: Partial<LogQuery>) => void;
  search: RefObject<HTMLInputElement | null>;
  children: ReactNode;
}

export function DaemonLogBar({ lines, query: { level, part, text }, onQuery, search, children }: Props) {
  const { processes, parts } = partsOf(lines);
  // The list keeps the selected part of the daemon, even if the log has no lines of this part.
  const others = part === undefined || processes.includes(part) || parts.includes(part) ? parts : [...parts, part];
  return (
    <div className="counts">
      <h1>Log</h1>
      <div className="filters">
        <select aria-label="Minimum level" value={level} onChange={({ target }) => onQuery({ level: levelOf(target.value) })}>
          {LogLevel.options.map((each) => (
            <option key={each} value={each}>
              {each === "trace" ? "all levels" : each === "fatal" ? "fatal" : `${each} and above`}
            </option>
          ))}
        </select>
        <select
          aria-label="Process or part"
          value={part ?? ""}
          onChange={({ target }) => onQuery({ part: target.value === "" ? undefined : target.value })}
        >
          <option value="">all parts</option>
          <optgroup label="Processes">
            {processes.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
          <optgroup label="Parts">
            {others.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
        </select>
        <input
          ref={search}
          type="search"
          className="filter"
          aria-label="Search the log"
          placeholder="Search"
          value={text}
          onChange={({ target }) => onQuery({ text: target.value })}
        />
        {children}
      </div>
    </div>
  );
}

const levelOf = (text: string): LogLevel => LogLevel.options.find((known) => known === text) ?? "trace";
