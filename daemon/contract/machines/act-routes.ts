/** Routes that change the next boot or run of a node: arm, disarm, wipe, rescue, retire, promote, reprovision. */
import * as z from "zod";
import { Job } from "../jobs/job.ts";
import { NodeRef } from "../names.ts";
import type { Route } from "../route.ts";
import { Node, Profile, WipedDisks } from "./node.ts";

export const actRoutes = {
  armNode: {
    method: "POST",
    path: "/api/nodes/:node/arm",
    summary: "Let the next network boot install this node, which erases its disk",
    access: "operator",
    byHand: ["arm"],
    params: NodeRef,
    /** `confirm` must repeat the node's name when the node has been installed before. */
    body: z.strictObject({ profile: Profile.optional(), confirm: z.string().max(100).optional() }).prefault({}),
    response: Node,
  },
  disarmNode: {
    method: "POST",
    path: "/api/nodes/:node/disarm",
    summary: "Cancel an arming that no boot has used yet",
    access: "operator",
    byHand: ["disarm"],
    params: NodeRef,
    response: Node,
  },
  reprovisionNode: {
    method: "POST",
    path: "/api/nodes/:node/reprovision",
    summary: "Run the playbook on this node again, or preview its changes",
    access: "operator",
    byHand: ["reprovision"],
    params: NodeRef,
    body: z.strictObject({ check: z.boolean().default(false) }).prefault({}),
    status: 202,
    response: Job,
  },
  retireNode: {
    method: "POST",
    path: "/api/nodes/:node/retire",
    summary: "Remove a node from service and from the inventory",
    access: "operator",
    byHand: ["retire"],
    params: NodeRef,
    body: z.strictObject({ confirm: z.string().max(100).optional() }).prefault({}),
    response: Node,
  },
  promoteNode: {
    method: "POST",
    path: "/api/nodes/:node/promote",
    summary: "Move a node from the workers to the controllers in the inventory, and configure it again",
    access: "operator",
    byHand: ["promote"],
    params: NodeRef,
    status: 202,
    response: Job,
  },
  rescueNode: {
    method: "POST",
    path: "/api/nodes/:node/rescue",
    summary: "Let network boots of this node start the rescue system with sshd. Its disks are left alone.",
    access: "operator",
    byHand: ["rescue"],
    params: NodeRef,
    response: Node,
  },
  endRescue: {
    method: "DELETE",
    path: "/api/nodes/:node/rescue",
    summary: "Let a node in rescue boot from its disk again",
    access: "operator",
    byHand: ["end_rescue"],
    params: NodeRef,
    response: Node,
  },
  wipeNode: {
    method: "POST",
    path: "/api/nodes/:node/wipe",
    summary: "Let the next network boot of this node erase its disks, once",
    access: "operator",
    byHand: ["wipe"],
    sensitive: true,
    params: NodeRef,
    body: z.strictObject({
      /** The node's name. */
      confirm: z.string().max(100),
      disks: WipedDisks.default("chosen"),
      /** Erase only the beginning and the end of each disk. */
      quick: z.boolean().default(false),
    }),
    response: Node,
  },
} satisfies Record<string, Route>;
