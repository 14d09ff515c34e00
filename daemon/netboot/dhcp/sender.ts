/**
 * Checks whether a boot request comes from the machine that it names. Any host can send any MAC address. In full
 * mode, Muster leases every address, so the lease of the sender's address shows the machine. In the other modes,
 * another server leases the addresses, and Muster cannot check the sender.
 */
import type { Node } from "../../contract/machines/node.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

/**
 * `itself`: the sender's address is leased to the machine. `formerly`: this lease has expired, and no other machine
 * got the address. `another`: the address is not leased to the machine. `unchecked`: Muster does not lease the addresses.
 */
export type Sender = "itself" | "formerly" | "another" | "unchecked";
export type CheckSender = (machine: Pick<Node, "macs">, address: string) => Sender;

export const senderIn =
  (leases: Pick<LeaseTable, "at">, mode: "off" | "proxy" | "full" | undefined, now: () => number = Date.now): CheckSender =>
  ({ macs }, address) => {
    if (mode !== "full") return "unchecked";
    const lease = leases.at(address);
    if (lease?.state !== "bound" || !macs.includes(lease.mac)) return "another";
    return lease.expiresAt > now() ? "itself" : "formerly";
  };
