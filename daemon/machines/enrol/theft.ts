/**
 * Contests an admission that would take the SSH host key or the address of another node. The other node stays as it
 * was until an operator decides.
 */
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { HostKeyStore } from "../../store/machines/host-keys.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";
import type { Admission } from "./admission.ts";

export interface TheftParts {
  nodes: NodeStore;
  hostKeys: HostKeyStore;
  leases: Pick<LeaseTable, "at">;
}

/** `proven` is true if the connection of the machine comes from the address that it reports. */
export function withoutTheft(
  admission: Admission,
  { ip_address, ssh_host_key, mac }: CallHome,
  proven: boolean,
  { nodes, hostKeys, leases }: TheftParts,
): Admission {
  if (admission.kind !== "known" && admission.kind !== "new") return admission;
  const id = admission.kind === "known" ? admission.node.id : undefined;
  const keyHolder = hostKeys.holders(ssh_host_key).find((holder) => holder !== id);
  if (keyHolder !== undefined) {
    const node = nodes.findById(keyHolder);
    return { kind: "contested", node, reason: `it has the SSH host key of ${node?.name ?? "another node"}` };
  }
  const lease = leases.at(ip_address);
  // The machine itself may use an address that it states through NAT, if Muster leased the address to it.
  if (proven || (lease?.state === "bound" && lease.mac === mac)) return admission;
  const inService = (other: Node) => other.id !== id && hostKeys.find(other.id) !== undefined;
  const node = nodes.findByAddress(ip_address).find(inService);
  if (!node) return admission;
  return { kind: "contested", node, reason: `it reports the address of ${node.name}, ${ip_address}, from elsewhere` };
}
