/**
 * Hands a node over to Ansible. First writes the node's inventory entry and its key in known_hosts, then queues
 * the node's job.
 */

import type { Job } from "../../contract/jobs/job.ts";
import type { MachineRole } from "../../contract/machines/enrol.ts";
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { EnrolTokenStore } from "../../store/machines/enrol-tokens.ts";
import type { HostKeyStore, PinnedKey } from "../../store/machines/host-keys.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import { advance } from "../phases.ts";

export interface HandoverParts {
  nodes: NodeStore;
  jobs: JobStore;
  hostKeys: HostKeyStore;
  enrolTokens: EnrolTokenStore;
  inventory: {
    upsertHost(host: { name: string; address: string }, without: readonly string[], group: string): Promise<void>;
    /** Returns the hosts of Muster's groups by name, with the address of each host. */
    hosts(): ReadonlyMap<string, string>;
    /** Returns the names of all hosts and groups in the file, including names that Muster did not write. */
    names(): ReadonlySet<string>;
  };
  knownHosts: { write(keys: PinnedKey[]): Promise<void> };
  provision(node: Node, requestedBy: string): Job;
}

const FROM_CALL_HOME = "call-home";
const groupOf: Record<MachineRole, string> = { worker: "worker_nodes", controller: "controller_nodes" };

export class Handover {
  readonly #parts: HandoverParts;
  /** The ids of nodes whose inventory entry is being written. No second handover starts for these nodes. */
  readonly #underway = new Set<string>();

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /** Starts the handover of a node that called home. */
  async begin(node: Node, requestedBy: string = FROM_CALL_HOME): Promise<Job> {
    this.#underway.add(node.id);
    try {
      await this.#place(node);
      return this.#parts.provision(node, requestedBy);
    } finally {
      this.#underway.delete(node.id);
    }
  }

  /** Repeats the handover at an operator's request. The first handover may have failed because the inventory was invalid. */
  async again(node: Node, requestedBy: string): Promise<Job> {
    const live = this.#parts.jobs.liveOf(node.id);
    if (live) throw new MusterError("JOB_IN_PROGRESS", `${live.id} is ${live.status} on ${node.name}`);
    // The phase is checked before the files are changed, because the files must not list a retired node again.
    advance(node.state, { type: "configuring", jobId: "", at: "" });
    if (this.#parts.inventory.names().has(node.name)) {
      // The address in the inventory is not changed, because an operator may have edited it.
      await this.#parts.knownHosts.write(this.#parts.hostKeys.all());
      return this.#parts.provision(node, requestedBy);
    }
    if (node.address === undefined)
      throw new MusterError(
        "NODE_WRONG_PHASE",
        `the inventory has no host ${node.name}, and its address is unknown: the node must call home first`,
      );
    return this.begin(node, requestedBy);
  }

  /** Returns true if the inventory contains the node with its last known address. */
  isPlaced({ name, address }: Node): boolean {
    return address === undefined || this.#parts.inventory.hosts().get(name) === address;
  }

  /**
   * Hands over nodes that called home but received no job because of an earlier failure. If one node fails, the
   * remaining nodes are still handed over.
   */
  async resume(onFailure: (node: Node, error: unknown) => void): Promise<void> {
    const { nodes, jobs } = this.#parts;
    if (!nodes.counts()["called-home"]) return;
    const waiting = nodes
      .list()
      .filter(({ id, state }) => state.phase === "called-home" && !this.#underway.has(id) && jobs.liveOf(id) === undefined);
    await Promise.all(
      waiting.map((node) =>
        this.begin(node).catch((error: unknown) => {
          // The node has called home again since the check and already has its job.
          if (!(error instanceof MusterError && error.code === "JOB_IN_PROGRESS")) onFailure(node, error);
        }),
      ),
    );
  }

  async #place(node: Node): Promise<void> {
    const { nodes, inventory, knownHosts, hostKeys, enrolTokens } = this.#parts;
    const group = groupOf[enrolTokens.roleOf(node.id) ?? "worker"];
    if (node.address !== undefined)
      await inventory.upsertHost({ name: node.name, address: node.address }, nodes.namesWithoutAddress(), group);
    await knownHosts.write(hostKeys.all());
  }
}
