/** Routes by which machines come into the fleet, and the documented words for how they fare there. */
import * as z from "zod";
import { CallHome, CallHomeAccepted, ProvisioningStatus } from "./call-home.ts";
import type { Route } from "./route.ts";

export const enrolRoutes = {
  createToken: {
    method: "POST",
    path: "/api/tokens",
    summary: "Create a one-time token with which a machine installed by other means may call home",
    access: "operator",
    body: z.strictObject({
      node: z.string().max(100),
      ttlSeconds: z
        .int()
        .min(60)
        .max(7 * 86_400)
        .default(3600),
    }),
    status: 201,
    response: z.object({ token: z.string(), expiresAt: z.string() }),
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
    summary: "Last provisioning job of every node with the beginning of its output, keyed by host name",
    access: "viewer",
    response: z.record(z.string(), ProvisioningStatus),
  },
  provisioningStatus: {
    method: "GET",
    path: "/api/provisioning/status/:hostname",
    summary: "Last provisioning job of one node with all of its output",
    access: "viewer",
    params: z.object({ hostname: z.string().max(100) }),
    response: ProvisioningStatus,
  },
} satisfies Record<string, Route>;
