/**
 * Decides which addresses an HTTP step may reach. Refuses addresses of this machine, link-local addresses, and the metadata
 * services of clouds.
 */
import { BlockList, isIP } from "node:net";

const refused = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  // The link-local addresses. Clouds provide credentials at 169.254.169.254.
  ["169.254.0.0", 16],
  ["192.0.0.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  refused.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 127],
  ["fe80::", 10],
  ["ff00::", 8],
  // IPv6 forms of IPv4 addresses, which a gateway may translate to IPv4.
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["2001::", 32],
  // Amazon also provides credentials at this address.
  ["fd00:ec2::254", 128],
] as const)
  refused.addSubnet(network, prefix, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Returns true if an HTTP step may reach the address. Addresses of the LAN are allowed, because the nodes are in the LAN. The
 * function is pure.
 */
export function mayReach(address: string, allowLoopback: boolean): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(address) === 0) return false;
  if (loopback.check(address, family)) return allowLoopback;
  return !refused.check(address, family);
}
