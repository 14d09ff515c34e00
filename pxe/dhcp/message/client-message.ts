/** Builds the DHCP message of a client without an address. Muster sends such a message to query another DHCP server. */
import { ANY } from "./address.ts";
import type { DhcpPacket } from "./packet.ts";

export const clientMessage = (
  mac: string,
  { transactionId, broadcast }: Pick<DhcpPacket, "transactionId" | "broadcast">,
  options: Iterable<readonly [number, Uint8Array]>,
): DhcpPacket => ({
  op: "request",
  hops: 0,
  transactionId,
  seconds: 0,
  broadcast,
  clientAddress: ANY,
  yourAddress: ANY,
  nextServer: ANY,
  relay: ANY,
  mac,
  serverName: "",
  bootFile: "",
  options: new Map(options),
});
