/**
 * Hands a node over to Ansible: first writes its inventory entry and its key in known_hosts, then queues its
 * job.
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
    /** The hosts of our groups by name, with their address. */
    hosts(): ReadonlyMap<string, string>;
    /** Names of all hosts and groups in the file, including those that others wrote. */
    names(): ReadonlySet<string>;
  };
  knownHosts: { write(keys: PinnedKey[]): Promise<void> };
  provision(node: Node, requestedBy: string): Job;
}

const FROM_CALL_HOME = "call-home";
const groupOf: Record<MachineRole, string> = { worker: "worker_nodes", controller: "controller_nodes" };

export class Handover {
  readonly #parts: HandoverParts;
  /** Nodes whose inventory entry is being written now, so that a second call does not start the same. */
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

  /**
   * Repeats the handover for an operator, because the inventory may have been broken when the node called
   * home.
   */
  async again(node: Node, requestedBy: string): Promise<Job> {
    const live = this.#parts.jobs.liveOf(node.id);
    if (live) throw new MusterError("JOB_IN_PROGRESS", `${live.id} is ${live.status} on ${node.name}`);
    // Check before the files are touched: a retired node must not return to them.
    advance(node.state, { type: "configuring", jobId: "", at: "" });
    if (this.#parts.inventory.names().has(node.name)) {
      // Its address in the inventory stays, because an operator may have set another one by hand.
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

  /** True if the inventory has the node under its last known address. */
  isPlaced({ name, address }: Node): boolean {
    return address === undefined || this.#parts.inventory.hosts().get(name) === address;
  }

  /**
   * Hands over nodes that called home and have no job because of an earlier failure. A failure of one node
   * does not stop the others.
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
          // The node called home again in the meantime and got its job.
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
