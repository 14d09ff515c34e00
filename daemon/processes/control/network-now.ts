/** The networks as they are at this moment, out of the configuration and the database. */
import type { Network } from "../../contract/netboot/network.ts";
import { type NetworkPlace, networkView } from "../../netboot/dhcp/network-view.ts";
import type { Stores } from "../../store/stores.ts";

export function networkNow(
  places: readonly NetworkPlace[],
  { leases, dhcpServers, nodes }: Pick<Stores, "leases" | "dhcpServers" | "nodes">,
): Network {
  const names = new Map(nodes.list().flatMap(({ name, macs }) => macs.map((mac) => [mac, name] as const)));
  return networkView({
    places,
    leases: leases.all(),
    otherServers: dhcpServers.all(),
    nodeOf: (mac) => names.get(mac),
    nowMs: Date.now(),
  });
}
