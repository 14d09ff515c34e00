/** Determines the networks in which nodes are allowed, and tests whether an address belongs to these networks. */
import { BlockList, isIPv6 } from "node:net";

export function inNetworks(networks: readonly string[]): (address: string) => boolean {
  // Each address family has its own list. A common list would accept `::ffff:10.0.0.1` as another name of 10.0.0.1.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const [address = "", prefix = "32"] = network.split("/");
    lists[family(address)].addSubnet(address, Number(prefix), family(address));
  }
  return (address) => lists[family(address)].check(address, family(address));
}

/**
 * Returns the networks from which call-homes are accepted: the configured networks, else the boot networks,
 * else only this machine.
 */
export function nodeNetworks(configured: readonly string[], booting: readonly string[]): readonly string[] {
  if (configured.length > 0) return configured;
  return booting.length > 0 ? booting : ["127.0.0.0/8"];
}

const family = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");
