/** Hands a node over to Ansible: its place in the inventory and its key in known_hosts first, its job after them. */

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
    /** Every host and group there is, whoever wrote it. */
    names(): ReadonlySet<string>;
  };
  knownHosts: { write(keys: PinnedKey[]): Promise<void> };
  provision(node: Node, requestedBy: string): Job;
}

const FROM_CALL_HOME = "call-home";
const groupOf: Record<MachineRole, string> = { worker: "worker_nodes", controller: "controller_nodes" };

export class Handover {
  readonly #parts: HandoverParts;
  /** Whose place is being written: not to be begun a second time meanwhile. */
  readonly #underway = new Set<string>();

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /** Where a node is that called home. */
  async begin(node: Node, requestedBy: string = FROM_CALL_HOME): Promise<Job> {
    this.#underway.add(node.id);
    try {
      await this.#place(node);
      return this.#parts.provision(node, requestedBy);
    } finally {
      this.#underway.delete(node.id);
    }
  }

  /** Once more, for an operator: the inventory may have been broken when the node came. */
  async again(node: Node, requestedBy: string): Promise<Job> {
    const live = this.#parts.jobs.liveOf(node.id);
    if (live) throw new MusterError("JOB_IN_PROGRESS", `${live.id} is ${live.status} on ${node.name}`);
    // Asked before the files are touched: one that has left the fleet must not come back into them.
    advance(node.state, { type: "configuring", jobId: "", at: "" });
    if (this.#parts.inventory.names().has(node.name)) {
      // Its address there stays: somebody may have set another one by hand.
      await this.#parts.knownHosts.write(this.#parts.hostKeys.all());
      return this.#parts.provision(node, requestedBy);
    }
    if (node.address === undefined)
      throw new MusterError(
        "NODE_WRONG_PHASE",
        `the inventory has no host ${node.name}, and its address is not known: it has to call home`,
      );
    return this.begin(node, requestedBy);
  }

  /** Whether Ansible would reach the node where it was last. */
  isPlaced({ name, address }: Node): boolean {
    return address === undefined || this.#parts.inventory.hosts().get(name) === address;
  }

  /** Those that called home and have no job, because something broke in between. What hinders one hinders no other. */
  async resume(onFailure: (node: Node, error: unknown) => void): Promise<void> {
    const { nodes, jobs } = this.#parts;
    if (!nodes.counts()["called-home"]) return;
    const waiting = nodes
      .list()
      .filter(({ id, state }) => state.phase === "called-home" && !this.#underway.has(id) && jobs.liveOf(id) === undefined);
    await Promise.all(
      waiting.map((node) =>
        this.begin(node).catch((error: unknown) => {
          // It called again meanwhile, and that was enough.
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
