/**
 * Creates an invented LAN for pictures. The daemon is its DHCP server, with leases and reserved addresses, and a
 * second DHCP server answers too.
 */

import { Pool } from "../../pxe/dhcp/decision/pool.ts";
import { parseBlock } from "../../pxe/dhcp/message/address.ts";
import { cards } from "../../test/support/machines/cards.ts";
import type { Mission } from "../../test/web/mission.ts";

const range = { from: "10.77.0.10", to: "10.77.0.199" };
export const places = cards(`{ interface: eth1, dhcp: full, range: { from: ${range.from}, to: ${range.to} } }`, "10.77.0.1/24");

export function lease(world: Mission): void {
  const block = parseBlock("10.77.0.0/24");
  const pool = new Pool({
    block,
    ranges: [range],
    exclude: [],
    reservations: {},
    leaseSeconds: 43_200,
    store: world.leases,
    now: Date.now,
  });
  for (const { macs, address } of world.nodes.list()) if (macs[0] !== undefined && address !== undefined) pool.bind(macs[0], address);
  pool.bind("52:54:00:4d:09:01", "10.77.0.120", "label-printer");
  pool.bind("52:54:00:4d:09:02", "10.77.0.121");
  pool.decline("52:54:00:4d:09:02", "10.77.0.121");
  pool.suspect("10.77.0.150", "52:54:00:4d:09:03");
  const offer = { address: "10.77.0.57", bootFile: "pxelinux.0", nextServer: "10.77.0.9", pxe: true };
  world.dhcpServers.see({ address: "10.77.0.254", mac: "00:11:22:33:44:55", offer }, new Date());
}
