/** What is done with nodes that have a system: other playbooks, and previews of what a run would change. */
import * as z from "zod";
import { Job } from "./job.ts";
import { PlaybookList, PlaybookName } from "./playbook.ts";
import type { Route } from "./route.ts";

export const operatingRoutes = {
  listPlaybooks: {
    method: "GET",
    path: "/api/playbooks",
    summary: "The playbooks that may be run by name, and the files that are not offered",
    access: "viewer",
    response: PlaybookList,
  },
  runPlaybook: {
    method: "POST",
    path: "/api/runs",
    summary: "Run a playbook on these nodes, or preview what it would change: one job each, for all of them or for none",
    access: "operator",
    body: z.strictObject({
      playbook: PlaybookName,
      /** Names or MAC addresses; `all` is every node that has a system of ours. */
      nodes: z.union([z.literal("all"), z.array(z.string().max(100)).min(1).max(1000)]),
      check: z.boolean().default(false),
    }),
    status: 202,
    response: z.array(Job),
  },
} satisfies Record<string, Route>;
