/**
 * Reports a machine that repeats a call-home with a used token from another address. A machine repeats the call-home
 * if the answer was lost. The machine has another address if its lease expired. The control process does not admit
 * the machine, because an attacker could copy the call-home to redirect the node's address.
 */
import type { CallHome } from "../../contract/machines/call-home.ts";
import { MusterError } from "../../errors/errors.ts";
import type { EventStore } from "../../store/events.ts";
import type { EnrolTokenStore } from "../../store/machines/enrol-tokens.ts";
import type { HostKeyStore } from "../../store/machines/host-keys.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { TokenStore } from "../../store/machines/tokens.ts";

export interface MovedParts {
  nodes: NodeStore;
  hostKeys: HostKeyStore;
  tokens: TokenStore;
  enrolTokens: EnrolTokenStore;
  events: EventStore;
}

const EVERY_MS = 3600_000;

export class AddressMoves {
  readonly #parts: MovedParts;
  /** The time of the last report for each node. The control process reports each node at most once per hour. */
  readonly #toldAt = new Map<string, number>();

  constructor(parts: MovedParts) {
    this.#parts = parts;
  }

  /**
   * Reports a refused call-home if the machine has moved to another address. `error` is the error with which control
   * refused the call-home.
   */
  refused(callHome: CallHome, error: unknown, now: Date): void {
    if (!(error instanceof MusterError) || error.code !== "TOKEN_INVALID") return;
    const { nodes, hostKeys, events } = this.#parts;
    const { mac, ip_address, ssh_host_key } = callHome;
    const node = nodes.findByMac(mac);
    if (node === undefined || node.address === undefined || node.address === ip_address) return;
    if (hostKeys.find(node.id) !== ssh_host_key || !this.#spentBy(callHome, now).includes(node.id)) return;
    if (now.getTime() - (this.#toldAt.get(node.id) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    this.#toldAt.set(node.id, now.getTime());
    events.append({
      source: "control",
      type: "node.call-home-refused",
      summary: `refused a call-home from ${ip_address} with a used token; the known address is ${node.address}. If the machine was moved, \`muster token create --node ${node.name}\` admits it there`,
      nodeId: node.id,
      detail: { address: ip_address, known: node.address },
    });
  }

  #spentBy({ token }: CallHome, now: Date): string[] {
    const bound = this.#parts.tokens.look(token, now);
    return bound.kind === "redeemed" ? [bound.nodeId] : this.#parts.enrolTokens.enrolledWith(token);
  }
}
