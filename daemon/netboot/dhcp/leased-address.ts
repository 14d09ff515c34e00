/**
 * Finds the address that Muster leased to a node. The address is known only in full mode, in which Muster
 * leases every address.
 */
import type { Node } from "../../contract/machines/node.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

export const leasedAddressIn =
  (leases: LeaseTable, mode: "off" | "proxy" | "full" | undefined) =>
  ({ macs }: Pick<Node, "macs">): string | undefined =>
    mode === "full" ? macs.map((mac) => leases.find(mac)?.address).find((found) => found !== undefined) : undefined;
