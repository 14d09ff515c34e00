/**
 * Who a machine is that calls home with a good token, and whether it is let in. Pure. A name or MAC address is anybody's to claim;
 * the pinned SSH host key is what a machine has to show where it is known already.
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
  /** The host key a node was pinned with. */
  pinned(node: Node): string | undefined;
  /** Whether the inventory has a host or group of this name that is none of our nodes. */
  foreign(name: string): boolean;
}

type Said = Pick<CallHome, "mac" | "hostname" | "ssh_host_key">;

/** With a token that names its node. `installing`: it came with the installer, which also gave the machine its name. */
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

/** With a token for any machine. */
export function admitAny(said: Said, { byMac, byName, pinned, foreign }: KnownMachines): Admission {
  const { mac, hostname, ssh_host_key } = said;
  const heldBy = byMac ?? byName;
  if (heldBy?.state.phase === "retired")
    return { kind: "contested", node: heldBy, reason: `${heldBy.name} is retired, and this machine comes as ${byMac ? mac : "it"}` };
  if (byMac) {
    const key = pinned(byMac);
    if (key !== undefined && key !== ssh_host_key)
      return { kind: "contested", node: byMac, reason: `it comes with the MAC address of ${byMac.name}, ${mac}, and another SSH host key` };
    const another = byName !== undefined && byName.id !== byMac.id;
    if (another && key === undefined) return { kind: "contested", node: byName, reason: nameTaken(said, byName) };
    // A machine that has been here, or that nobody has named yet, says how it is called; else the operator has said it.
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
    return { kind: "contested", node: undefined, reason: `the inventory has a host or group called ${hostname} that is not Muster's` };
  return { kind: "new" };
}

const nameTaken = ({ mac, hostname }: Said, { macs }: Node): string =>
  `it calls itself ${hostname}, which is the machine with ${macs.join(" ")}; its own MAC address is ${mac}`;
