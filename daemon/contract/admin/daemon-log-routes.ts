/** Route to read the log of Muster's own processes. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { DaemonLog, LogLevel } from "./daemon-log.ts";

export const daemonLogRoutes = {
  daemonLog: {
    method: "GET",
    path: "/api/log",
    summary: "Log of the daemon's processes, oldest line first. The newest lines are kept, without secrets.",
    /** Viewers may not read the log, because it names machines, people and files. */
    access: "operator",
    query: z.object({
      /** Return only lines after this line number. Without `since`, return the newest lines. */
      since: z.coerce.number().int().min(0).optional(),
      level: LogLevel.default("trace"),
      /** Name of a process, or of a part of a process. */
      part: z.string().max(60).optional(),
      limit: z.coerce.number().int().min(1).max(10_000).default(1000),
    }),
    response: DaemonLog,
  },
} satisfies Record<string, Route>;
