/**
 * Checks the address that a machine reports in its call-home. The address must be the address of the connection, because
 * a machine could otherwise take the address of any node. Pure.
 */
import { isIPv4, isIPv6, SocketAddress } from "node:net";
import { inNetworks } from "./networks.ts";

export interface AddressRules {
  /** The networks from which call-homes are accepted. */
  networks: readonly string[];
  /** The networks of NAT routers and proxies. Machines behind them report their own address. */
  relayed: readonly string[];
  /** Returns the addresses of the control node. */
  own(): readonly string[];
}

export type AddressVerdict =
  /** The machine has proven the address, because its connection comes from there. */
  | { kind: "proven" }
  /** The machine calls through a NAT router or a proxy, so only the machine itself states its address. */
  | { kind: "stated" }
  | { kind: "refused"; reason: string };

export function checkAddress(claimed: string, sender: string, { networks, relayed, own }: AddressRules): AddressVerdict {
  const refused = (reason: string): AddressVerdict => ({ kind: "refused", reason: `ip_address: ${claimed} ${reason}` });
  if (!inNetworks(networks)(claimed)) return refused("is outside the networks nodes may call from");
  if (own().map(canonical).includes(canonical(claimed))) return refused("is an address of the control node");
  const edge = networks.find((network) => edgesOf(network).includes(claimed));
  if (edge !== undefined) return refused(`is the network or broadcast address of ${edge}`);
  const from = plain(sender);
  if (canonical(claimed) === from || (isLoopback(claimed) && isLoopback(from))) return { kind: "proven" };
  if (inNetworks(relayed)(from)) return { kind: "stated" };
  return refused(`is not the address of this connection, ${from}`);
}

/** A server that listens on IPv6 sees an IPv4 client as `::ffff:10.0.0.5`. */
const plain = (sender: string): string => canonical(sender).replace(/^::ffff:(?=\d+\.)/i, "");

/** One IPv6 address has several spellings, such as `fd00::5` and `FD00:0::5`. */
const canonical = (address: string): string => (isIPv6(address) ? new SocketAddress({ address, family: "ipv6" }).address : address);

/** A host reaches itself by every loopback address. */
const isLoopback = (address: string): boolean => /^127(\.\d+){3}$/.test(address) || canonical(address) === "::1";

/** Returns the first and the last address of an IPv4 network. Networks with two or fewer addresses have no such addresses. */
function edgesOf(network: string): string[] {
  const [address = "", prefix = "32"] = network.split("/");
  const bits = 32 - Number(prefix);
  if (!isIPv4(address) || bits < 2) return [];
  const number = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** bits;
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1].map((each) => [24, 16, 8, 0].map((shift) => Math.floor(each / 2 ** shift) % 256).join("."));
}
