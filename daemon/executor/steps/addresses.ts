/**
 * Decides which addresses an HTTP step may reach. Refuses addresses of this machine, link-local addresses, and the metadata
 * services of clouds.
 */
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

const refused = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  // The link-local addresses. Clouds provide credentials at 169.254.169.254.
  ["169.254.0.0", 16],
  // Alibaba and Azure provide credentials at these addresses.
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["192.0.0.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  refused.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["fe80::", 10],
  // The older link-local range of sites.
  ["fec0::", 10],
  ["ff00::", 8],
  // IPv6 forms of IPv4 addresses, which a gateway may translate to IPv4.
  ["::", 96],
  ["::ffff:0:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["2001::", 32],
  // Amazon, Google, Oracle and Scaleway also provide credentials at these addresses.
  ["fd00:ec2::254", 128],
  ["fd20:ce::254", 128],
  ["fd00:c1::a9fe:a9fe", 128],
  ["fd00:42::42", 128],
] as const)
  refused.addSubnet(network, prefix, "ipv6");

/** Returns the addresses of this machine now. They change when a card or a VPN goes up or down. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .map(({ address }) => address);

/**
 * Returns true if an HTTP step may reach the address. Addresses of the LAN are allowed, because the nodes are in the LAN. All
 * addresses of this machine count as loopback.
 */
export function mayReach(address: string, allowLoopback: boolean, own: readonly string[] = ownAddresses()): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 6 ? "ipv6" : "ipv4";
  const here = thisMachine(own);
  return here.check(address, family) ? allowLoopback : !refused.check(address, family);
}

/** A block list recognizes every notation of an address, also an IPv4 address inside an IPv6 address. */
function thisMachine(own: readonly string[]): BlockList {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  for (const address of own) list.addAddress(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return list;
}
