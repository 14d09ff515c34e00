/** Routes to list playbooks and to run one on several nodes. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { Job } from "./job.ts";
import { PlaybookList, PlaybookName } from "./playbook.ts";
import { RunOptions } from "./run-options.ts";

export const playbookRoutes = {
  listPlaybooks: {
    method: "GET",
    path: "/api/playbooks",
    summary: "Playbooks that can be run by name, and files that are not offered",
    access: "viewer",
    response: PlaybookList,
  },
  runPlaybook: {
    method: "POST",
    path: "/api/runs",
    summary: "Run a playbook on several nodes, or preview its changes. Creates one job for each node, or none at all.",
    access: "operator",
    byHand: ["playbook_run"],
    body: z.strictObject({
      playbook: PlaybookName,
      /**
       * Names, MAC addresses, or `group:NAME` for the nodes of a group of the inventory. `all` means every node that Muster has
       * installed or enrolled.
       */
      nodes: z
        .union([z.literal("all"), z.array(z.string().max(100)).min(1).max(1000)])
        .describe("Up to 1000 names, MAC addresses or groups (`group:NAME`), or `all`, which covers up to 5000 nodes"),
      check: z.boolean().default(false),
      ...RunOptions.shape,
      /** The new job starts only after the job with this id has succeeded. */
      after: z.string().max(100).optional(),
      /** Jobs with a higher priority number start first. */
      priority: z.int().min(-100).max(100).optional(),
    }),
    status: 202,
    response: z.array(Job),
  },
} satisfies Record<string, Route>;
