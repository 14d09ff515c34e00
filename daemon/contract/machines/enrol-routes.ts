/** Routes for enrolment tokens, first messages of machines (call-homes), quarantined machines and the provisioning status. */
import * as z from "zod";
import { Job } from "../jobs/job.ts";
import { NodeName } from "../names.ts";
import type { Route } from "../route.ts";
import { CallHome, CallHomeAccepted, ProvisioningStatus } from "./call-home.ts";
import { Claim, EnrolToken, MachineRole } from "./enrol.ts";
import { Node } from "./node.ts";

const ById = z.object({ id: z.string().max(100) });
const WEEK_SECONDS = 7 * 86_400;

export const enrolRoutes = {
  createToken: {
    method: "POST",
    path: "/api/tokens",
    summary: "Create a token for machines that were installed by other means. Only this response contains it.",
    access: "operator",
    byHand: ["token_create", "node_token_create"],
    /**
     * With `node`, the token works once and only for that node. Without `node`, any machine may use the token, up to `uses`
     * times in total.
     */
    body: z
      .strictObject({
        node: z.string().max(100).optional(),
        ttlSeconds: z.int().min(60).max(WEEK_SECONDS).default(3600),
        uses: z.int().min(1).max(1000).default(1),
        role: MachineRole.default("worker"),
      })
      .refine(({ node, uses }) => node === undefined || uses === 1, { path: ["uses"], message: "a token for one node works once" })
      .refine(({ node, role }) => node === undefined || role === "worker", {
        path: ["role"],
        message: "a node that is known has its role",
      }),
    status: 201,
    response: EnrolToken.extend({ token: z.string(), install: z.string() }),
  },
  listTokens: {
    method: "GET",
    path: "/api/tokens",
    summary: "Enrolment tokens, newest first, without their secrets",
    access: "operator",
    response: z.array(EnrolToken),
  },
  revokeToken: {
    method: "DELETE",
    path: "/api/tokens/:id",
    summary: "Revoke an enrolment token. Machines that used it stay.",
    access: "operator",
    byHand: ["token_revoke"],
    params: ById,
    response: z.object({ message: z.string() }),
  },
  enrolScript: {
    method: "GET",
    path: "/enrol/:token",
    summary: "A shell script that enrols the machine it runs on. The token is the credential. Reading does not use it up.",
    access: "public",
    params: z.object({ token: z.string().max(200) }),
    media: "text/x-shellscript",
    response: z.instanceof(Uint8Array).meta({ type: "string", format: "binary" }),
  },
  listQuarantine: {
    method: "GET",
    path: "/api/quarantine",
    summary: "Quarantined machines, newest first. Their name or MAC address belongs to another node.",
    access: "viewer",
    query: z.object({ all: z.stringbool().default(false) }),
    response: z.array(Claim),
  },
  releaseQuarantine: {
    method: "POST",
    path: "/api/quarantine/:id/release",
    summary: "Admit a quarantined machine, with a name of its own or in place of the node that it claims to be",
    access: "operator",
    byHand: ["quarantine_release", "quarantine_replace"],
    sensitive: true,
    params: ById,
    /** `confirm` must repeat the name of the replaced node. */
    body: z.strictObject({ name: NodeName.optional(), replace: z.boolean().default(false), confirm: z.string().max(100).optional() }),
    status: 202,
    response: z.object({ node: Node, job: Job }),
  },
  discardQuarantine: {
    method: "POST",
    path: "/api/quarantine/:id/discard",
    summary: "Reject a quarantined machine for good",
    access: "operator",
    byHand: ["quarantine_discard"],
    params: ById,
    response: Claim,
  },
  callHome: {
    method: "POST",
    path: "/api/ready-for-provisioning",
    summary: "A machine reports that its system is up. Its token is the credential.",
    access: "public",
    body: CallHome,
    status: 202,
    response: CallHomeAccepted,
  },
  provisioningStatuses: {
    method: "GET",
    path: "/api/provisioning/status",
    summary: "Last provisioning job of every node by host name, with up to 256 KiB from both ends of its output",
    access: "viewer",
    response: z.record(z.string(), ProvisioningStatus),
  },
  provisioningStatus: {
    method: "GET",
    path: "/api/provisioning/status/:hostname",
    summary: "Last provisioning job of one node with its output. Beyond 1 MiB only both ends are returned.",
    access: "viewer",
    params: z.object({ hostname: z.string().max(100) }),
    response: ProvisioningStatus,
  },
} satisfies Record<string, Route>;
