/** Sends a machine's wake-up packet on every boot network, because the machine may have moved since its last boot. */
import { sendMagicPackets } from "../../pxe/wake-on-lan.ts";
import type { Node } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";
import type { BootPlace } from "./boot-places.ts";
import { networkBroadcastOf } from "./dhcp/settings.ts";

export async function wakeOn(places: readonly BootPlace[], { macs }: Node): Promise<string> {
  if (places.length === 0)
    throw new MusterError("REQUEST_INVALID", "netboot.interface: is not set, so there is no network to wake machines on");
  for (const { network } of places) await sendMagicPackets(macs, { address: network.address, broadcast: networkBroadcastOf(network) });
  const where = places.length > 1 ? ` on ${places.map(({ settings }) => settings.interface).join(", ")}` : "";
  return `Wake-on-LAN sent to ${macs.join(", ")}${where}`;
}
