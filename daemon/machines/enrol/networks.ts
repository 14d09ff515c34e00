/** The networks that nodes may live in, and whether an address belongs to them. */
import { BlockList, isIPv6 } from "node:net";

export function inNetworks(networks: readonly string[]): (address: string) => boolean {
  // One list a family: a single one would let `::ffff:10.0.0.1` in as 10.0.0.1, under a second name.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const [address = "", prefix = "32"] = network.split("/");
    lists[family(address)].addSubnet(address, Number(prefix), family(address));
  }
  return (address) => lists[family(address)].check(address, family(address));
}

/** The networks of which a call-home is accepted: the configured ones, else those machines boot in, else this machine alone. */
export function nodeNetworks(configured: readonly string[], booting: readonly string[]): readonly string[] {
  if (configured.length > 0) return configured;
  return booting.length > 0 ? booting : ["127.0.0.0/8"];
}

const family = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");
