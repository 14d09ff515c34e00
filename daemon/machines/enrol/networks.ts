/** Whether an address belongs to the networks nodes may live in. */
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

const family = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");
