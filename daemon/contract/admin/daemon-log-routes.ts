/** The daemon's own log, for whoever looks after it. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { DaemonLog, LogLevel } from "./daemon-log.ts";

export const daemonLogRoutes = {
  daemonLog: {
    method: "GET",
    path: "/api/log",
    summary: "What the daemon's processes logged, oldest first; the newest lines are kept, without secrets",
    /** It names machines, people and files. */
    access: "operator",
    query: z.object({
      /** The lines after this number; left out: the newest. */
      since: z.coerce.number().int().min(0).optional(),
      level: LogLevel.default("trace"),
      /** A process or a part of one. */
      part: z.string().max(60).optional(),
      limit: z.coerce.number().int().min(1).max(10_000).default(1000),
    }),
    response: DaemonLog,
  },
} satisfies Record<string, Route>;
