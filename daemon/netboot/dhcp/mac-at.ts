/** The MAC address behind an IP address: from the leases, the kernel, then the last known address of a node. */
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";
import { macFromArp } from "./arp.ts";

export const macFinder =
  ({ leases, nodes }: { leases: LeaseTable; nodes: NodeStore }) =>
  (address: string): string | undefined =>
    leases.holder(address) ?? macFromArp(address) ?? nodes.findByAddress(address)[0]?.macs[0];
