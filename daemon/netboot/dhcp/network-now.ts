/** Reads the current state of the networks from the configuration and the database. */
import type { Network } from "../../contract/netboot/network.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { ArpProxyTable } from "../../store/netboot/arp-proxies.ts";
import type { DhcpServerTable } from "../../store/netboot/dhcp-servers.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";
import { type NetworkPlace, networkView } from "./network-view.ts";

export function networkNow(
  places: readonly NetworkPlace[],
  {
    leases,
    dhcpServers,
    arpProxies,
    nodes,
  }: { leases: LeaseTable; dhcpServers: DhcpServerTable; arpProxies: ArpProxyTable; nodes: NodeStore },
): Network {
  const names = new Map(nodes.list().flatMap(({ name, macs }) => macs.map((mac) => [mac, name] as const)));
  return networkView({
    places,
    leases: leases.all(),
    otherServers: dhcpServers.all(),
    arpProxies: arpProxies.all(),
    nodeOf: (mac) => names.get(mac),
    nowMs: Date.now(),
  });
}
