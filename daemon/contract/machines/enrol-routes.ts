/** Routes by which machines come into the fleet, and the documented words for how they fare there. */
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
    summary: "Create a token with which machines installed by other means may call home; the answer is the only place it is shown",
    access: "operator",
    /** With `node` for this node alone and once; without it for any machine, as often as `uses` says. */
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
    summary: "End an enrolment token; who came with it stays",
    access: "operator",
    params: ById,
    response: z.object({ message: z.string() }),
  },
  enrolScript: {
    method: "GET",
    path: "/enrol/:token",
    summary: "A shell script that lets the machine it runs on into the fleet; the token is the credential and is not used up by reading",
    access: "public",
    params: z.object({ token: z.string().max(200) }),
    media: "text/x-shellscript",
    response: z.instanceof(Uint8Array).meta({ type: "string", format: "binary" }),
  },
  listQuarantine: {
    method: "GET",
    path: "/api/quarantine",
    summary: "Machines kept out because they came under a name or MAC address that is another's, newest first",
    access: "viewer",
    query: z.object({ all: z.stringbool().default(false) }),
    response: z.array(Claim),
  },
  releaseQuarantine: {
    method: "POST",
    path: "/api/quarantine/:id/release",
    summary: "Let a machine in after all: under a name of its own, or in the place of the node it claims to be",
    access: "operator",
    sensitive: true,
    params: ById,
    /** `confirm` must repeat the name of the node that is replaced. */
    body: z.strictObject({ name: NodeName.optional(), replace: z.boolean().default(false), confirm: z.string().max(100).optional() }),
    status: 202,
    response: z.object({ node: Node, job: Job }),
  },
  discardQuarantine: {
    method: "POST",
    path: "/api/quarantine/:id/discard",
    summary: "Keep a machine out for good: it is not asked about again",
    access: "operator",
    params: ById,
    response: Claim,
  },
  callHome: {
    method: "POST",
    path: "/api/ready-for-provisioning",
    summary: "A machine reports that its system is up; its token is the credential",
    access: "public",
    body: CallHome,
    status: 202,
    response: CallHomeAccepted,
  },
  provisioningStatuses: {
    method: "GET",
    path: "/api/provisioning/status",
    summary: "Last provisioning job of every node with the beginning and the end of its output, 256 KiB at most, keyed by host name",
    access: "viewer",
    response: z.record(z.string(), ProvisioningStatus),
  },
  provisioningStatus: {
    method: "GET",
    path: "/api/provisioning/status/:hostname",
    summary: "Last provisioning job of one node with its output; where that is over 1 MiB, with its beginning and its end",
    access: "viewer",
    params: z.object({ hostname: z.string().max(100) }),
    response: ProvisioningStatus,
  },
} satisfies Record<string, Route>;
