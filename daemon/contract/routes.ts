/** Every route of the control API in one table: validation, OpenAPI, the client and the role check follow from it. */
import * as z from "zod";
import { alertRoutes } from "./admin/alert-routes.ts";
import { daemonLogRoutes } from "./admin/daemon-log-routes.ts";
import { doctorRoutes } from "./admin/doctor.ts";
import { keyRoutes } from "./admin/key-routes.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { governRoutes } from "./changes/change-routes.ts";
import { webUiRoutes } from "./cluster/web-ui.ts";
import { Event } from "./event.ts";
import { Job, JobOutput } from "./jobs/job.ts";
import { scheduleRoutes } from "./jobs/schedule-routes.ts";
import { enrolRoutes } from "./machines/enrol-routes.ts";
import { inventoryRoutes } from "./machines/inventory-routes.ts";
import { DiskPath, Node, Profile } from "./machines/node.ts";
import { operatingRoutes } from "./machines/operating-routes.ts";
import { PowerAction, PowerResult } from "./machines/power.ts";
import { rackRoutes } from "./machines/rack-routes.ts";
import { Mac, NodeName } from "./names.ts";
import { AskedMode, Explanation } from "./netboot/explanation.ts";
import { netbootRoutes } from "./netboot/netboot-routes.ts";
import type { Route } from "./route.ts";

/** A node by name or MAC address, a job by id. */
const NodeRef = z.object({ node: z.string().max(100) });
const JobRef = z.object({ id: z.string().max(100) });
/** A file. */
const Bytes = z.instanceof(Uint8Array).meta({ type: "string", format: "binary" });

export const routes = {
  health: {
    method: "GET",
    path: "/health",
    summary: "Whether the control process serves",
    access: "public",
    response: z.object({ status: z.enum(["ok", "initializing"]) }),
  },
  status: {
    method: "GET",
    path: "/api/status",
    summary: "Version, processes and counts",
    access: "viewer",
    response: z.object({
      version: z.string(),
      startedAt: z.string(),
      /** The strongest of its interfaces' modes. */
      dhcpMode: z.enum(["off", "proxy", "full"]),
      interfaces: z.array(z.object({ interface: z.string(), address: z.string(), dhcp: z.enum(["off", "proxy", "full"]) })),
      /** How an armed node is installed unless told otherwise. */
      defaultProfile: Profile,
      executor: z.enum(["connected", "disconnected"]),
      netboot: z.object({ alive: z.boolean(), seenAt: z.string().optional() }),
      nodes: z.record(z.string(), z.int()),
      jobs: z.record(z.string(), z.int()),
      seq: z.int(),
    }),
  },
  listNodes: { method: "GET", path: "/api/nodes", summary: "All known nodes", access: "viewer", response: z.array(Node) },
  addNode: {
    method: "POST",
    path: "/api/nodes",
    summary: "Add a machine that has not been seen yet; it is accepted at once",
    access: "operator",
    body: z.strictObject({ mac: Mac, name: NodeName.optional(), disk: DiskPath.optional() }),
    status: 201,
    response: Node,
  },
  getNode: { method: "GET", path: "/api/nodes/:node", summary: "One node", access: "viewer", params: NodeRef, response: Node },
  acceptNode: {
    method: "POST",
    path: "/api/nodes/:node/accept",
    summary: "Take a discovered machine into the fleet, naming it if asked",
    access: "operator",
    params: NodeRef,
    body: z.strictObject({ name: NodeName.optional(), disk: DiskPath.optional() }).prefault({}),
    response: Node,
  },
  armNode: {
    method: "POST",
    path: "/api/nodes/:node/arm",
    summary: "Let the next network boot install this node, erasing its disk",
    access: "operator",
    byHand: true,
    params: NodeRef,
    /** `confirm` must repeat the node's name when the node has been installed before. */
    body: z.strictObject({ profile: Profile.optional(), confirm: z.string().max(100).optional() }).prefault({}),
    response: Node,
  },
  disarmNode: {
    method: "POST",
    path: "/api/nodes/:node/disarm",
    summary: "Take back an arming that no boot has used yet",
    access: "operator",
    params: NodeRef,
    response: Node,
  },
  reprovisionNode: {
    method: "POST",
    path: "/api/nodes/:node/reprovision",
    summary: "Run the playbook on this node again, or preview what that would change",
    access: "operator",
    byHand: true,
    params: NodeRef,
    body: z.strictObject({ check: z.boolean().default(false) }).prefault({}),
    status: 202,
    response: Job,
  },
  retireNode: {
    method: "POST",
    path: "/api/nodes/:node/retire",
    summary: "Take a node out of the fleet and the inventory",
    access: "operator",
    byHand: true,
    params: NodeRef,
    body: z.strictObject({ confirm: z.string().max(100).optional() }).prefault({}),
    response: Node,
  },
  wakeNode: {
    method: "POST",
    path: "/api/nodes/:node/wake",
    summary: "Send a Wake-on-LAN packet to every address of this node",
    access: "operator",
    byHand: true,
    params: NodeRef,
    status: 202,
    response: z.object({ message: z.string() }),
  },
  powerNode: {
    method: "POST",
    path: "/api/nodes/:node/power",
    summary: "Switch a machine by its power driver; answers when it is done",
    access: "operator",
    byHand: true,
    params: NodeRef,
    /** `confirm` must repeat the node's name for what cuts its power. */
    body: z.strictObject({ action: PowerAction.exclude(["status"]), confirm: z.string().max(100).optional() }),
    response: PowerResult,
  },
  nodePower: {
    method: "GET",
    path: "/api/nodes/:node/power",
    summary: "Whether a machine is on, as its power driver says now",
    access: "operator",
    params: NodeRef,
    response: PowerResult,
  },
  nodeEvents: {
    method: "GET",
    path: "/api/nodes/:node/events",
    summary: "The timeline of one node: the newest events, oldest of them first",
    access: "viewer",
    params: NodeRef,
    query: z.object({ since: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(5000).default(1000) }),
    response: z.array(Event),
  },
  captureNode: {
    method: "GET",
    path: "/api/nodes/:node/capture",
    summary: "What this machine and the boot servers said to each other at its last boots, as a pcap file",
    access: "operator",
    params: NodeRef,
    media: "application/vnd.tcpdump.pcap",
    response: Bytes,
  },
  explain: {
    method: "GET",
    path: "/api/explain/:mac",
    summary: "What a machine would be answered now, and why",
    access: "viewer",
    params: z.object({ mac: z.string().max(40) }),
    query: z.object({
      arch: z.coerce.number().int().min(0).max(65535).default(7),
      userClass: z.string().max(40).optional(),
      mode: AskedMode.optional(),
      interface: z.string().max(15).optional(),
    }),
    response: Explanation,
  },
  listEvents: {
    method: "GET",
    path: "/api/events",
    summary: "Events of the whole system after a sequence number",
    access: "viewer",
    query: z.object({ since: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(5000).default(1000) }),
    response: z.array(Event),
  },
  listJobs: {
    method: "GET",
    path: "/api/jobs",
    summary: "Jobs, newest first",
    access: "viewer",
    query: z.object({ node: z.string().max(100).optional(), limit: z.coerce.number().int().min(1).max(1000).default(200) }),
    response: z.array(Job),
  },
  getJob: { method: "GET", path: "/api/jobs/:id", summary: "One job", access: "viewer", params: JobRef, response: Job },
  jobOutput: {
    method: "GET",
    path: "/api/jobs/:id/output",
    summary: "Output of a job from a byte offset",
    access: "viewer",
    params: JobRef,
    query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
    response: JobOutput,
  },
  cancelJob: {
    method: "POST",
    path: "/api/jobs/:id/cancel",
    summary: "Cancel a job",
    access: "operator",
    params: JobRef,
    status: 202,
    response: Job,
  },
  ...keyRoutes,
  ...alertRoutes,
  ...daemonLogRoutes,
  ...doctorRoutes,
  ...webUiRoutes,
  ...enrolRoutes,
  ...inventoryRoutes,
  ...operatingRoutes,
  ...rackRoutes,
  ...governRoutes,
  ...scheduleRoutes,
  ...auditRoutes,
  ...netbootRoutes,
} satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
