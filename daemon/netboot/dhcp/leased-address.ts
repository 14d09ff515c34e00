/** The address Muster leased to a node. Known only in full mode, where every address comes from Muster. */
import type { Node } from "../../contract/machines/node.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

export const leasedAddressIn =
  (leases: LeaseTable, mode: "off" | "proxy" | "full" | undefined) =>
  ({ macs }: Pick<Node, "macs">): string | undefined =>
    mode === "full" ? macs.map((mac) => leases.find(mac)?.address).find((found) => found !== undefined) : undefined;
