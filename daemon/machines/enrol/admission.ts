/**
 * Determines the node of a machine with a valid token, and decides whether the machine is admitted. Any machine
 * can claim a name or a MAC address. Therefore a machine that claims to be a known node must present the node's
 * pinned SSH host key.
 */
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Node } from "../../contract/machines/node.ts";

export type Admission =
  | { kind: "known"; node: Node; name: string; addMac: boolean }
  | { kind: "new" }
  | { kind: "refused"; code: "TOKEN_INVALID" | "REQUEST_INVALID"; message: string }
  | { kind: "contested"; node: Node | undefined; reason: string };

export interface KnownMachines {
  byMac: Node | undefined;
  byName: Node | undefined;
  /** Returns the pinned SSH host key of a node. */
  pinned(node: Node): string | undefined;
  /** Returns true if the inventory has a host or group of this name that is not a Muster node. */
  foreign(name: string): boolean;
}

type Said = Pick<CallHome, "mac" | "hostname" | "ssh_host_key">;

/**
 * Admits a machine whose token is valid only for one node. `installing` is true if the installer delivered the token
 * and set the host name.
 */
export function admitBound(said: Said, node: Node, installing: boolean, { byName, pinned, foreign }: KnownMachines): Admission {
  const { mac, hostname, ssh_host_key } = said;
  if (!node.macs.includes(mac)) return { kind: "refused", code: "TOKEN_INVALID", message: `mac: this token is not for ${mac}` };
  if (hostname === node.name) return { kind: "known", node, name: node.name, addMac: false };
  const proven = pinned(node) === ssh_host_key;
  if (byName && !proven) return { kind: "contested", node: byName, reason: nameTaken(said, byName) };
  if (byName) return { kind: "known", node, name: node.name, addMac: false };
  if (installing || !proven || foreign(hostname))
    return { kind: "refused", code: "REQUEST_INVALID", message: `hostname: this machine is ${node.name} here, not ${hostname}` };
  return { kind: "known", node, name: hostname, addMac: false };
}

/** Admits a machine whose token is valid for any machine. */
export function admitAny(said: Said, { byMac, byName, pinned, foreign }: KnownMachines): Admission {
  const { mac, hostname, ssh_host_key } = said;
  const heldBy = byMac ?? byName;
  if (heldBy?.state.phase === "retired")
    return { kind: "contested", node: heldBy, reason: `${heldBy.name} is retired, and this machine claims ${byMac ? mac : "its name"}` };
  if (byMac) {
    const key = pinned(byMac);
    if (key !== undefined && key !== ssh_host_key)
      return { kind: "contested", node: byMac, reason: `it comes with the MAC address of ${byMac.name}, ${mac}, and another SSH host key` };
    const another = byName !== undefined && byName.id !== byMac.id;
    if (another && key === undefined) return { kind: "contested", node: byName, reason: nameTaken(said, byName) };
    // A machine may set its name if it was enrolled before or has no name yet. A name that the operator chose
    // is not changed by a machine's first call-home.
    const namesItself = key !== undefined || byMac.state.phase === "discovered";
    const renamed = namesItself && !another && !foreign(hostname);
    return { kind: "known", node: byMac, name: renamed ? hostname : byMac.name, addMac: false };
  }
  if (byName) {
    const ownCard = byName.facts.nics?.some((card) => card.mac === mac) === true;
    if (ownCard && pinned(byName) === ssh_host_key) return { kind: "known", node: byName, name: byName.name, addMac: true };
    return { kind: "contested", node: byName, reason: nameTaken(said, byName) };
  }
  if (foreign(hostname))
    return { kind: "contested", node: undefined, reason: `the inventory has a host or group called ${hostname} that is not a Muster node` };
  return { kind: "new" };
}

const nameTaken = ({ mac, hostname }: Said, { macs }: Node): string =>
  `it calls itself ${hostname}, which is the machine with ${macs.join(" ")}; its own MAC address is ${mac}`;
