/**
 * Finds the MAC address of an IP address. The sources are, in this order, the leases, the kernel and the last
 * known addresses of nodes.
 */
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";
import { macFromArp } from "./arp.ts";

export const macFinder =
  ({ leases, nodes }: { leases: LeaseTable; nodes: NodeStore }) =>
  (address: string): string | undefined =>
    leases.holder(address) ?? macFromArp(address) ?? nodes.findByAddress(address)[0]?.macs[0];
