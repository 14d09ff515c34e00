/**
 * Lets a machine that calls home into the fleet: checks token, MAC address, name and network, pins its host key,
 * writes the inventory and queues its first job. Until the token is proven, nothing is written anywhere.
 */
import type { CallHome } from "../contract/call-home.ts";
import type { Job } from "../contract/job.ts";
import type { Node, Phase } from "../contract/node.ts";
import { MusterError } from "../errors.ts";
import { deadlineAfter, seconds } from "../fleet/deadlines.ts";
import { advance } from "../fleet/phases.ts";
import { atomically, type Db } from "../store/database.ts";
import type { HostKeyStore, PinnedKey } from "../store/host-keys.ts";
import type { JobStore } from "../store/jobs.ts";
import type { NodeStore } from "../store/nodes.ts";
import type { Registry } from "../store/registry.ts";
import { sha256 } from "../store/secrets.ts";
import type { TokenStore } from "../store/tokens.ts";

export interface ReceptionParts {
  db: Db;
  nodes: NodeStore;
  jobs: JobStore;
  tokens: TokenStore;
  hostKeys: HostKeyStore;
  registry: Registry;
  inventory: {
    upsertHost(host: { name: string; address: string }, without: readonly string[]): Promise<void>;
    removeHost(name: string): Promise<void>;
  };
  knownHosts: { write(keys: PinnedKey[]): Promise<void> };
  provision(node: Node, requestedBy: string): Job;
  isNodeAddress(address: string): boolean;
}

const FROM_CALL_HOME = "call-home";
/** Where a node may be whose call-home was taken. */
const phasesAfter: Phase[] = ["called-home", "configuring", "ready", "configure-failed"];
const usedAlready = () => new MusterError("TOKEN_INVALID", "token: this token has been used already");

export class Reception {
  readonly #parts: ReceptionParts;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
  }

  /** Rejects with a coded error; a repeated call-home whose answer got lost is answered again and starts nothing twice. */
  async receive(callHome: CallHome): Promise<{ node: Node; job: Job }> {
    const { jobs, isNodeAddress } = this.#parts;
    if (!isNodeAddress(callHome.ip_address)) {
      throw new MusterError("ADDRESS_NOT_ALLOWED", `ip_address: ${callHome.ip_address} is outside the networks nodes may call from`);
    }
    const { node, repeated } = this.#admit(callHome);
    const live = jobs.liveOf(node.id);
    if (live) throw new MusterError("JOB_IN_PROGRESS", `Provisioning for ${node.name} is already in progress.`);
    if (repeated) {
      const { phase } = node.state;
      // Since then it was armed, is being installed or has left the fleet: the token belongs to its former life.
      if (!phasesAfter.includes(phase)) throw usedAlready();
      const last = jobs.lastProvisioning(node.id);
      if (last && phase !== "called-home") return { node, job: last };
    }
    return { node, job: await this.#begin(node) };
  }

  /** After a restart: a node may have been admitted and its job not yet queued. What hinders one hinders no other. */
  async resume(onFailure: (node: Node, error: unknown) => void): Promise<void> {
    const { nodes, jobs } = this.#parts;
    for (const node of nodes.list()) {
      if (node.state.phase !== "called-home" || jobs.liveOf(node.id)) continue;
      await this.#begin(node).catch((error: unknown) => onFailure(node, error));
    }
  }

  /** The files that name a node forget it, and nobody may call home as it again. */
  async forget(node: Node): Promise<void> {
    const { inventory, hostKeys, knownHosts, tokens } = this.#parts;
    tokens.revokeUnused(node.id);
    hostKeys.drop(node.id);
    await inventory.removeHost(node.name);
    await knownHosts.write(hostKeys.all());
  }

  #admit(callHome: CallHome): { node: Node; repeated: boolean } {
    const { db, nodes, tokens, hostKeys, registry } = this.#parts;
    return atomically(db, () => {
      const now = new Date();
      const token = tokens.look(callHome.token, now);
      if (token.kind === "unknown") throw new MusterError("TOKEN_INVALID", "token: this token is not known");
      if (token.kind === "expired") throw new MusterError("TOKEN_INVALID", "token: this token has expired");
      const node = nodes.findById(token.nodeId);
      if (!node?.macs.includes(callHome.mac)) throw new MusterError("TOKEN_INVALID", `mac: this token is not for ${callHome.mac}`);
      if (node.name !== callHome.hostname)
        throw new MusterError("REQUEST_INVALID", `hostname: this machine is ${node.name} here, not ${callHome.hostname}`);

      const identity = identityOf(callHome);
      if (token.kind === "redeemed") {
        if (token.as !== identity) throw usedAlready();
        return { node, repeated: true };
      }
      // Before the phase moves on: a job that still runs has the older word.
      if (this.#parts.jobs.liveOf(node.id))
        throw new MusterError("JOB_IN_PROGRESS", `Provisioning for ${node.name} is already in progress.`);
      tokens.redeem(callHome.token, identity, now);
      hostKeys.pin(node.id, callHome.ssh_host_key, now);
      this.#takeAddress(callHome.ip_address, node);
      const admitted = registry.update(node.id, (was) => ({
        node: {
          ...was,
          address: callHome.ip_address,
          facts: { ...was.facts, ...callHome.facts },
          state: advance(was.state, { type: "called-home", at: now.toISOString(), deadline: deadlineAfter(now, seconds.calledHome) }),
        },
        event: { source: "control", type: "node.called-home", summary: `called home from ${callHome.ip_address}` },
      }));
      return { node: admitted, repeated: false };
    });
  }

  /** A lease that ran out goes to another machine: a run meant for its former holder must not reach that one. */
  #takeAddress(address: string, holder: Node): void {
    const { nodes, registry } = this.#parts;
    for (const { id, address: had } of nodes.list()) {
      if (id === holder.id || had !== address) continue;
      registry.update(id, ({ address: _, ...was }) => ({
        node: was,
        event: { source: "control", type: "node.address-lost", summary: `its address ${address} is ${holder.name}'s now` },
      }));
    }
  }

  async #begin(node: Node): Promise<Job> {
    const { nodes, inventory, knownHosts, hostKeys, provision } = this.#parts;
    const homeless = nodes.list().flatMap(({ name, address }) => (address === undefined ? [name] : []));
    if (node.address !== undefined) await inventory.upsertHost({ name: node.name, address: node.address }, homeless);
    await knownHosts.write(hostKeys.all());
    return provision(node, FROM_CALL_HOME);
  }
}

/** What a repeated call-home must have in common with the first. */
const identityOf = ({ mac, hostname, ip_address, ssh_host_key }: CallHome): string =>
  sha256(JSON.stringify([mac, hostname, ip_address, ssh_host_key]));
