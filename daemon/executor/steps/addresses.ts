/** Where a step that speaks HTTP may not go: to this machine itself, to its neighbours without routers, to the cloud's own address. */
import { BlockList, isIP } from "node:net";

const refused = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  // Link-local; 169.254.169.254 is where clouds answer with credentials.
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
  // Other ways to write an IPv4 address, which a gateway may follow.
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["2001::", 32],
  // Amazon's second address of credentials.
  ["fd00:ec2::254", 128],
] as const)
  refused.addSubnet(network, prefix, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Pure. Addresses of the LAN are what the fleet has: they are allowed. */
export function mayReach(address: string, allowLoopback: boolean): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(address) === 0) return false;
  if (loopback.check(address, family)) return allowLoopback;
  return !refused.check(address, family);
}
