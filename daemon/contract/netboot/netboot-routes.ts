/** Routes about the networks machines boot from, and what single machines cannot bear there. */
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
    summary: "Give an address back that was declined or in conflict; answers when netboot has done it",
    access: "operator",
    params: z.object({ address: z.ipv4() }),
    response: z.object({ address: z.string(), message: z.string() }),
  },
  listQuirks: {
    method: "GET",
    path: "/api/netboot/quirks",
    summary: "Machines that are booted otherwise than usual: how, on whose word and why",
    access: "viewer",
    response: z.array(MachineQuirks),
  },
  chooseQuirks: {
    method: "POST",
    path: "/api/nodes/:node/quirks",
    summary: "Boot one machine otherwise than usual; what is not named stays as it was chosen before",
    access: "operator",
    params: NodeRef,
    body: Quirks.refine((quirks) => Object.keys(quirks).length > 0, "names nothing to change"),
    response: MachineQuirks,
  },
  forgetQuirks: {
    method: "DELETE",
    path: "/api/nodes/:node/quirks",
    summary: "Forget what was chosen and what was learned of one machine",
    access: "operator",
    params: NodeRef,
    response: MachineQuirks,
  },
} satisfies Record<string, Route>;
