/** Routes to list, add and accept nodes, and to read their timelines. */
import * as z from "zod";
import { Event } from "../event.ts";
import { Mac, NodeName, NodeRef } from "../names.ts";
import type { Route } from "../route.ts";
import { DiskPath, Node } from "./node.ts";

export const nodeRoutes = {
  listNodes: { method: "GET", path: "/api/nodes", summary: "All nodes and discovered machines", access: "viewer", response: z.array(Node) },
  addNode: {
    method: "POST",
    path: "/api/nodes",
    summary: "Add a machine that has not been seen yet. It is accepted at once.",
    access: "operator",
    byHand: ["machine_add"],
    body: z.strictObject({ mac: Mac, name: NodeName.optional(), disk: DiskPath.optional() }),
    status: 201,
    response: Node,
  },
  getNode: { method: "GET", path: "/api/nodes/:node", summary: "One node", access: "viewer", params: NodeRef, response: Node },
  acceptNode: {
    method: "POST",
    path: "/api/nodes/:node/accept",
    summary: "Accept a discovered machine and, if a name is given, name it",
    access: "operator",
    byHand: ["accept"],
    params: NodeRef,
    body: z.strictObject({ name: NodeName.optional(), disk: DiskPath.optional() }).prefault({}),
    response: Node,
  },
  forgetNodes: {
    method: "POST",
    path: "/api/nodes/forget",
    summary: "Forget machines that were only ever discovered: the named ones, or all",
    access: "operator",
    byHand: ["forget"],
    body: z.strictObject({ nodes: z.array(z.string().min(1).max(100)).min(1).max(1024).optional() }).prefault({}),
    response: z.array(Node),
  },
  replaceMachine: {
    method: "POST",
    path: "/api/nodes/:node/replaced",
    summary: "Confirm that another machine is this node now, for example after its board was replaced",
    access: "operator",
    byHand: ["replaced"],
    params: NodeRef,
    response: Node,
  },
  addCard: {
    method: "POST",
    path: "/api/nodes/:node/cards",
    summary: "Add a network card to a node",
    access: "operator",
    byHand: ["card_add"],
    params: NodeRef,
    body: z.strictObject({ mac: Mac }),
    response: Node,
  },
  removeCard: {
    method: "DELETE",
    path: "/api/nodes/:node/cards/:mac",
    summary: "Remove a network card from a node",
    access: "operator",
    byHand: ["card_remove"],
    params: NodeRef.extend({ mac: Mac }),
    response: Node,
  },
  nodeEvents: {
    method: "GET",
    path: "/api/nodes/:node/events",
    summary: "The newest events in the timeline of one node, in order of time",
    access: "viewer",
    params: NodeRef,
    query: z.object({ since: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(5000).default(1000) }),
    response: z.array(Event),
  },
} satisfies Record<string, Route>;
