/** Networks from a configuration, as if this machine had the network cards in it. */
import { parseConfig } from "../../../daemon/config/config.ts";
import { bootInterfaces } from "../../../daemon/config/netboot.ts";
import type { NetworkPlace } from "../../../daemon/netboot/dhcp/network-view.ts";
import { parseBlock, toAddress } from "../../../pxe/dhcp/message/address.ts";

/** `cidrs`: our address on each card, in the order of the configuration. */
export const cards = (netboot: string, ...cidrs: string[]): NetworkPlace[] =>
  bootInterfaces(parseConfig(`netboot: ${netboot}`, "test").netboot).map((settings, index) => {
    const [address = "", prefix = ""] = (cidrs[index] ?? "10.0.0.2/24").split("/");
    return { settings, network: { address, cidr: `${toAddress(parseBlock(`${address}/${prefix}`).network)}/${prefix}` } };
  });
