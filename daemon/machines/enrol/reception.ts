/**
 * Admits machines that call home. Reception checks the token, determines the node, pins its host key and hands
 * the node over to Ansible. Nothing is written before the token is verified.
 */

import type { Job } from "../../contract/jobs/job.ts";
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Node, Phase } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { atomically } from "../../store/database.ts";
import type { TokenStore } from "../../store/machines/tokens.ts";
import { sha256 } from "../../store/secrets.ts";
import type { Release } from "../acts/records/quarantine.ts";
import { advance } from "../phases.ts";
import { type Admission, admitAny, admitBound, type KnownMachines } from "./admission.ts";
import type { AddressVerdict } from "./claimed-address.ts";
import { type Credential, credentialOf, identityOf, usedAlready } from "./credentials.ts";
import { enterKnown, enterNew } from "./entry.ts";
import { Handover, type HandoverParts } from "./handover.ts";
import { AddressMoves } from "./moved.ts";
import { Quarantine, type QuarantineParts } from "./quarantine.ts";
import { type TheftParts, withoutTheft } from "./theft.ts";

export interface ReceptionParts extends QuarantineParts, HandoverParts, TheftParts {
  tokens: TokenStore;
  inventory: HandoverParts["inventory"] & {
    removeHost(name: string): Promise<void>;
    renameHost(name: string, to: string): Promise<void>;
  };
  /** Checks the address that a machine reports against the address of its connection. */
  checkAddress(claimed: string, sender: string): AddressVerdict;
}

/** The phases in which an admitted node may repeat its call-home. */
const phasesAfter: Phase[] = ["called-home", "configuring", "ready", "configure-failed"];

type Decided = { credential: Credential; admission: Admission } | { credential: Extract<Credential, { kind: "again" }>; node: Node };

export class Reception {
  readonly quarantine: Quarantine;
  readonly handover: Handover;
  readonly #moved: AddressMoves;
  readonly #parts: ReceptionParts;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
    this.quarantine = new Quarantine(parts);
    this.handover = new Handover(parts);
    this.#moved = new AddressMoves(parts);
  }

  /**
   * Receives a call-home. On failure, the promise rejects with an error code. If the first answer was lost, a
   * repeated call-home gets the same answer and starts nothing twice. `sender` is the address of the connection.
   */
  async receive(callHome: CallHome, sender: string): Promise<{ node: Node; job: Job }> {
    const { jobs, checkAddress } = this.#parts;
    const verdict = checkAddress(callHome.ip_address, sender);
    if (verdict.kind === "refused") throw new MusterError("ADDRESS_NOT_ALLOWED", verdict.reason);
    const proven = verdict.kind === "proven";
    const renamed = await this.#renameFirst(callHome, proven).catch((error: unknown) => {
      this.#moved.refused(callHome, error, new Date());
      throw error;
    });
    const { node, repeated } = this.#admit(callHome, proven, renamed);
    const live = jobs.liveOf(node.id);
    if (live) throw new MusterError("JOB_IN_PROGRESS", `Provisioning for ${node.name} is already in progress.`);
    if (repeated) {
      const { phase } = node.state;
      // The node was armed, installed or retired after its call-home, so its token is no longer valid.
      if (!phasesAfter.includes(phase)) throw usedAlready();
      const last = jobs.lastProvisioning(node.id);
      if (last && phase !== "called-home" && this.handover.isPlaced(node)) return { node, job: last };
    }
    return { node, job: await this.handover.begin(node) };
  }

  /** Returns the node that a quarantined machine would replace. Throws if the machine cannot be admitted in this way. */
  replaces(id: string, wish: Release): Node | undefined {
    if (wish.name !== undefined && this.#foreign(wish.name))
      throw new MusterError("NODE_NAME_TAKEN", `name: the inventory has a host or group called ${wish.name}`);
    this.#parts.inventory.names(); // throws if the file is invalid, before the database records the admission
    return this.quarantine.replaces(id, wish);
  }

  /** Admits a machine from the quarantine at an operator's request. */
  async release(id: string, wish: Release, by: string): Promise<{ node: Node; job: Job }> {
    this.replaces(id, wish);
    const released = this.quarantine.release(id, wish, by);
    const job = await this.handover.begin(released).catch((error: unknown) => {
      if (!(error instanceof MusterError)) throw error;
      throw new MusterError(error.code, `${released.name} is admitted and waits for its job: ${error.message}`, { cause: error.cause });
    });
    return { node: this.#parts.nodes.findById(released.id) ?? released, job };
  }

  /** Removes the node from the inventory and known_hosts, and revokes its tokens. */
  async forget(node: Node): Promise<void> {
    const { inventory, hostKeys, knownHosts, tokens } = this.#parts;
    tokens.revokeUnused(node.id);
    hostKeys.drop(node.id);
    await inventory.removeHost(node.name);
    await knownHosts.write(hostKeys.all());
  }

  /**
   * Renames the node in the inventory before the database changes, because the file may be invalid or locked. Returns
   * the new name, or undefined if the name stays.
   */
  async #renameFirst(callHome: CallHome, proven: boolean): Promise<string | undefined> {
    const decided = this.#decide(callHome, proven, new Date());
    if (!("admission" in decided) || decided.admission.kind !== "known") return undefined;
    const { node, name } = decided.admission;
    if (name === node.name || this.#parts.jobs.liveOf(node.id)) return undefined;
    await this.#parts.inventory.renameHost(node.name, name);
    return name;
  }

  #admit(callHome: CallHome, proven: boolean, renamed: string | undefined): { node: Node; repeated: boolean } {
    const { db } = this.#parts;
    const now = new Date();
    const outcome = atomically(db, () => {
      const decided = this.#decide(callHome, proven, now, renamed);
      if ("node" in decided) return { node: decided.node, repeated: true };
      const { admission, credential } = decided;
      if (admission.kind === "refused") throw new MusterError(admission.code, admission.message);
      // A machine's claim to the identity of another node is recorded outside this transaction. An error inside would
      // roll back the record.
      if (admission.kind === "contested") return admission;
      return { node: this.#enter(callHome, admission, credential, now), repeated: false };
    });
    if ("kind" in outcome) throw this.quarantine.keepOut(callHome, outcome.node, outcome.reason);
    return outcome;
  }

  #decide(callHome: CallHome, proven: boolean, now: Date, renamed?: string): Decided {
    const { nodes, hostKeys } = this.#parts;
    const credential = credentialOf(callHome, this.#parts, now);
    if (credential.kind === "again") {
      const node = nodes.findById(credential.nodeId);
      if (!node) throw usedAlready();
      return { credential, node };
    }
    this.quarantine.requireNotDiscarded(callHome);
    const fleet: KnownMachines = {
      byMac: nodes.findByMac(callHome.mac),
      byName: nodes.findByName(callHome.hostname),
      pinned: ({ id }) => hostKeys.find(id),
      foreign: (name) => name !== renamed && this.#foreign(name),
    };
    return { credential, admission: withoutTheft(this.#admissionOf(callHome, credential, fleet), callHome, proven, this.#parts) };
  }

  #admissionOf(callHome: CallHome, credential: Exclude<Credential, { kind: "again" }>, fleet: KnownMachines): Admission {
    if (credential.kind === "any") return admitAny(callHome, fleet);
    const node = this.#parts.nodes.findById(credential.nodeId);
    if (!node) throw new MusterError("TOKEN_INVALID", "token: this token is not known");
    return admitBound(callHome, node, credential.installing, fleet);
  }

  #enter(callHome: CallHome, admission: Extract<Admission, { kind: "known" | "new" }>, credential: Credential, now: Date): Node {
    const { tokens, enrolTokens, jobs, registry } = this.#parts;
    const { token, ...said } = callHome;
    const entry = (name: string, macs: string[]) => ({ said, name, macs, how: "called home" });
    let node: Node;
    if (admission.kind === "new") node = enterNew(this.#parts, entry(said.hostname, [said.mac]), now);
    else {
      const { name, addMac } = admission;
      node = admission.node;
      // The job is checked before the phase advances, because the result of a running job must be recorded first.
      if (jobs.liveOf(node.id)) throw new MusterError("JOB_IN_PROGRESS", `Provisioning for ${node.name} is already in progress.`);
      if (credential.kind === "any" && node.state.phase === "discovered")
        node = registry.update(node.id, (was) => ({
          node: { ...was, state: advance(was.state, { type: "accepted" }) },
          event: { source: "control", type: "node.accepted", summary: "accepted: it presented a token" },
        }));
      node = enterKnown(this.#parts, node, entry(name, addMac ? [...node.macs, said.mac] : node.macs), now);
    }
    if (credential.kind === "bound") tokens.redeem(token, identityOf(callHome), now);
    else enrolTokens.enrol(sha256(token), identityOf(callHome), node.id, now);
    this.quarantine.settled(callHome);
    return node;
  }

  /**
   * Returns true if the inventory has a host or group of this name that is not a Muster node. No machine may
   * choose a name for which this function returns true.
   */
  #foreign(name: string): boolean {
    return this.#parts.nodes.findByName(name) === undefined && this.#parts.inventory.names().has(name);
  }
}
