/** What is done with nodes besides installing them: other playbooks and previews, the rescue system, the wipe. */
import * as z from "zod";
import { Job } from "../jobs/job.ts";
import { PlaybookList, PlaybookName } from "../jobs/playbook.ts";
import type { Route } from "../route.ts";
import { Node, WipedDisks } from "./node.ts";

const NodeRef = z.object({ node: z.string().max(100) });

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
    byHand: true,
    body: z.strictObject({
      playbook: PlaybookName,
      /** Names or MAC addresses; `all` is every node that has a system of ours. */
      nodes: z
        .union([z.literal("all"), z.array(z.string().max(100)).min(1).max(1000)])
        .describe("At most 1000 by name or MAC address, or all, of which there may be 5000: a plan has no more steps"),
      check: z.boolean().default(false),
      /** Begins only when the job with this id has succeeded. */
      after: z.string().max(100).optional(),
      /** Those with the higher number begin first. */
      priority: z.int().min(-100).max(100).optional(),
    }),
    status: 202,
    response: z.array(Job),
  },
  promoteNode: {
    method: "POST",
    path: "/api/nodes/:node/promote",
    summary: "Move a node from the workers to the controllers in the inventory, and configure it again",
    access: "operator",
    byHand: true,
    params: NodeRef,
    status: 202,
    response: Job,
  },
  rescueNode: {
    method: "POST",
    path: "/api/nodes/:node/rescue",
    summary: "Let this node's network boots get the rescue system with sshd, until that is ended; its disks are left alone",
    access: "operator",
    byHand: true,
    params: NodeRef,
    response: Node,
  },
  endRescue: {
    method: "DELETE",
    path: "/api/nodes/:node/rescue",
    summary: "Let a node in rescue boot its disk again",
    access: "operator",
    byHand: true,
    params: NodeRef,
    response: Node,
  },
  wipeNode: {
    method: "POST",
    path: "/api/nodes/:node/wipe",
    summary: "Let the next network boot of this node erase its disks, once",
    access: "operator",
    byHand: true,
    sensitive: true,
    params: NodeRef,
    body: z.strictObject({
      /** The node's name. */
      confirm: z.string().max(100),
      disks: WipedDisks.default("chosen"),
      /** Only the beginning and the end of each disk. */
      quick: z.boolean().default(false),
    }),
    response: Node,
  },
} satisfies Record<string, Route>;
