/**
 * Tells of a machine whose answer got lost and whose lease ran out meanwhile: it calls again with its spent token, from another
 * address, and is refused for ever. Let in it is not: all it shows can be read on the boot network, and whoever read it would move
 * the node's address.
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

export class Moved {
  readonly #parts: MovedParts;
  /** Once an hour for each node, from wherever it is called. */
  readonly #toldAt = new Map<string, number>();

  constructor(parts: MovedParts) {
    this.#parts = parts;
  }

  /** Why a call was refused. */
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
      summary: `called home from ${ip_address} with a token spent before, and is known at ${node.address}: refused. If it was moved, \`muster token create --node ${node.name}\` lets it in there`,
      nodeId: node.id,
      detail: { address: ip_address, known: node.address },
    });
  }

  #spentBy({ token }: CallHome, now: Date): string[] {
    const bound = this.#parts.tokens.look(token, now);
    return bound.kind === "redeemed" ? [bound.nodeId] : this.#parts.enrolTokens.enrolledWith(token);
  }
}
