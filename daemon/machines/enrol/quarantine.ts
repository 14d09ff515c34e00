/**
 * Keeps out machines that claim the name or the MAC address of another node. An operator admits or rejects the
 * machines in the quarantine.
 */
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Claim } from "../../contract/machines/enrol.ts";
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { atomically, type Db } from "../../store/database.ts";
import type { EventStore } from "../../store/events.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { ClaimStore, KeptClaim } from "../../store/machines/claims.ts";
import type { EnrolTokenStore } from "../../store/machines/enrol-tokens.ts";
import type { Release } from "../acts/records/quarantine.ts";
import { identityOf } from "./credentials.ts";
import { type EntryParts, enterKnown, enterNew } from "./entry.ts";

export interface QuarantineParts extends EntryParts {
  db: Db;
  claims: ClaimStore;
  enrolTokens: EnrolTokenStore;
  events: EventStore;
  jobs: JobStore;
}

export class Quarantine {
  readonly #parts: QuarantineParts;

  constructor(parts: QuarantineParts) {
    this.#parts = parts;
  }

  list(all: boolean): Claim[] {
    return this.#parts.claims
      .list()
      .filter(({ state }) => all || state === "open")
      .map(shown);
  }

  /**
   * Records that a machine claims the identity of another node, and returns the error for the machine. The timeline
   * of the other node receives an event, but the node itself is not changed.
   */
  keepOut(callHome: CallHome, contested: Node | undefined, reason: string): MusterError {
    const { db, claims, events } = this.#parts;
    const kept = atomically(db, () => {
      const keeping = claims.keep(callHome, contested?.id, reason, new Date());
      if (keeping?.isNew)
        events.append({
          source: "control",
          type: "node.contested",
          summary: `a machine at ${callHome.ip_address} was kept out: ${reason}`,
          ...(contested && { nodeId: contested.id }),
          detail: { claim: keeping.claim.id, mac: callHome.mac, name: callHome.hostname },
        });
      return keeping?.claim;
    });
    return refusal(kept);
  }

  /** Throws if an operator has rejected the machine. */
  requireNotDiscarded(callHome: CallHome): void {
    const claim = this.#parts.claims.known(callHome);
    if (claim?.state === "discarded") throw refusal(claim);
  }

  /** Closes the open claim of an admitted machine to the identity of another node. */
  settled(callHome: CallHome): void {
    const claim = this.#parts.claims.known(callHome);
    if (claim?.state === "open") this.#parts.claims.settle(claim.id, "released");
  }

  discard(id: string, by: string): Claim {
    const { db, claims } = this.#parts;
    return atomically(db, () => {
      const claim = this.#find(id);
      if (claim.state === "released")
        throw new MusterError("REQUEST_INVALID", `id: ${id} was admitted already; \`muster retire\` removes a node`);
      claims.settle(id, "discarded");
      this.#tell(claim, "quarantine.discarded", `the machine with ${claim.mac} that claimed the name ${claim.name} was rejected by ${by}`);
      return shown(this.#find(id));
    });
  }

  /**
   * Admits the machine and returns its node. The machine's next call-home with the same token receives the
   * answer for an admitted machine.
   */
  release(id: string, wish: Release, by: string): Node {
    const { db, claims, enrolTokens } = this.#parts;
    return atomically(db, () => {
      const claim = this.#find(id);
      const replaced = this.replaces(id, wish);
      const node = replaced ? this.#inPlaceOf(claim, replaced) : this.#beside(claim, wish.name ?? claim.name);
      enrolTokens.enrol(claim.tokenHash, identityOf(claim.callHome), node.id, new Date());
      claims.settle(id, "released");
      this.#tell(claim, "quarantine.released", `the machine with ${claim.mac} was admitted as ${node.name} by ${by}`);
      return node;
    });
  }

  find(id: string): Claim {
    return shown(this.#find(id));
  }

  /** Returns the node that the machine would replace, or undefined. Throws if the machine cannot be admitted in this way. */
  replaces(id: string, { replace, name, confirm }: Release): Node | undefined {
    const claim = this.#find(id);
    if (claim.state === "released") throw new MusterError("REQUEST_INVALID", `id: ${id} was admitted already`);
    if (replace) return this.#replaced(claim, confirm);
    this.#requireFree(claim, name ?? claim.name);
    return undefined;
  }

  #replaced(claim: KeptClaim, confirm: string | undefined): Node {
    const { nodes, jobs } = this.#parts;
    const node = claim.nodeId === undefined ? undefined : nodes.findById(claim.nodeId);
    if (!node) throw new MusterError("REQUEST_INVALID", "replace: there is no node to replace; give the machine a name instead");
    if (confirm !== node.name) throw new MusterError("REQUEST_INVALID", `confirm: repeat the name of the node it replaces, ${node.name}`);
    const holder = nodes.findByMac(claim.mac);
    if (holder && holder.id !== node.id)
      throw new MusterError("REQUEST_INVALID", `replace: its MAC address ${claim.mac} belongs to ${holder.name}`);
    if (jobs.liveOf(node.id)) throw new MusterError("JOB_IN_PROGRESS", `a job runs on ${node.name}`);
    return node;
  }

  #inPlaceOf(claim: KeptClaim, node: Node): Node {
    const macs = node.macs.includes(claim.mac) ? node.macs : [claim.mac];
    return enterKnown(
      this.#parts,
      node,
      { said: claim.callHome, name: node.name, macs, how: "replaced the former machine and called home" },
      new Date(),
    );
  }

  #requireFree(claim: KeptClaim, name: string): void {
    const { nodes } = this.#parts;
    const holder = nodes.findByMac(claim.mac);
    if (holder)
      throw new MusterError(
        "REQUEST_INVALID",
        `id: its MAC address ${claim.mac} belongs to ${holder.name}, so it can only replace that node`,
      );
    if (nodes.findByName(name)) throw new MusterError("NODE_NAME_TAKEN", `name: another node is called ${name}`);
  }

  #beside(claim: KeptClaim, name: string): Node {
    return enterNew(this.#parts, { said: claim.callHome, name, macs: [claim.mac], how: "called home" }, new Date());
  }

  #find(id: string): KeptClaim {
    const claim = this.#parts.claims.find(id);
    if (!claim) throw new MusterError("CLAIM_NOT_FOUND", `no machine with the id ${id} is kept out`);
    return claim;
  }

  #tell({ nodeId, id }: KeptClaim, type: string, summary: string): void {
    this.#parts.events.append({ source: "control", type, summary, ...(nodeId !== undefined && { nodeId }), detail: { claim: id } });
  }
}

/** Returns an error that describes no other node, because the machine must not learn about other nodes. */
const refusal = (claim: KeptClaim | undefined): MusterError =>
  new MusterError(
    "MACHINE_QUARANTINED",
    claim?.state === "discarded"
      ? `an operator has rejected this machine (${claim.id})`
      : `this machine is kept out until an operator decides${claim ? ` (${claim.id})` : ""}: another machine has its name, MAC address, IP address or host key`,
  );

const shown = ({ callHome: _, tokenHash: __, nodeId: ___, ...claim }: KeptClaim): Claim => claim;
