/** Defines the route that reads the daemon's own log by sequence number. */
import type { LogBook } from "../../admin/log-book.ts";
import { type DaemonLog, isWanted, type LogLevel } from "../../contract/admin/daemon-log.ts";
import { routes } from "../../contract/routes.ts";
import type { Mount } from "../mount.ts";

export interface DaemonLogApi {
  logBook: LogBook;
}

export function daemonLogApi(mount: Mount, { logBook }: DaemonLogApi): void {
  mount(routes.daemonLog, (asked) => pageOf(logBook, asked));
}

interface Asked {
  since?: number | undefined;
  level: LogLevel;
  part?: string | undefined;
  limit: number;
}

/**
 * If `since` is given, the result contains only log lines with a higher sequence number. Otherwise the result contains the
 * newest log lines.
 */
function pageOf(book: LogBook, { since, level, part, limit }: Asked): DaemonLog {
  const wanted = book.after(since ?? 0).filter((line) => isWanted(line, level, part));
  const lines = since === undefined ? wanted.slice(-limit) : wanted.slice(0, limit);
  const cutShort = since !== undefined && lines.length < wanted.length;
  return { epoch: book.epoch(), lines, next: cutShort ? (lines.at(-1)?.seq ?? since) : book.last() };
}
