/** Routes for leases and other DHCP servers, and for firmware workarounds (quirks) of machines. */
import * as z from "zod";
import { NodeRef } from "../names.ts";
import type { Route } from "../route.ts";
import { Network } from "./network.ts";
import { MachineQuirks, Quirks } from "./quirk.ts";

export const netbootRoutes = {
  network: {
    method: "GET",
    path: "/api/netboot/leases",
    summary: "Subnets, leases, reservations, addresses set aside with the reason, and other DHCP servers seen",
    access: "viewer",
    response: Network,
  },
  releaseAddress: {
    method: "POST",
    path: "/api/netboot/leases/:address/release",
    summary: "Release an address that was declined or in conflict. The response comes when netboot has done it.",
    access: "operator",
    byHand: ["address_release"],
    params: z.object({ address: z.ipv4() }),
    response: z.object({ address: z.string(), message: z.string() }),
  },
  listQuirks: {
    method: "GET",
    path: "/api/netboot/quirks",
    summary: "Machines with boot quirks, with source and reason",
    access: "viewer",
    response: z.array(MachineQuirks),
  },
  chooseQuirks: {
    method: "POST",
    path: "/api/nodes/:node/quirks",
    summary: "Set boot quirks of one machine. Quirks that are not named keep their values.",
    access: "operator",
    byHand: ["quirks_set"],
    params: NodeRef,
    body: Quirks.refine((quirks) => Object.keys(quirks).length > 0, "names nothing to change"),
    response: MachineQuirks,
  },
  forgetQuirks: {
    method: "DELETE",
    path: "/api/nodes/:node/quirks",
    summary: "Remove chosen and learned quirks of one machine",
    access: "operator",
    byHand: ["quirks_clear"],
    params: NodeRef,
    response: MachineQuirks,
  },
} satisfies Record<string, Route>;
