/**
 * The functions that Muster's own actions (acts) need from other areas. The control process provides all functions.
 * Each action receives only the functions that it uses.
 */
import type { Job } from "../../contract/jobs/job.ts";
import type { Node, Profile } from "../../contract/machines/node.ts";
import type { PowerAction, PowerResult } from "../../contract/machines/power.ts";
import type { EventStore } from "../../store/events.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { RackStore } from "../../store/machines/racks.ts";
import type { Registry } from "../../store/machines/registry.ts";
import type { InventoryEditing } from "../inventory/editing.ts";

export interface ActPorts {
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  registry: Registry;
  racks: RackStore;
  /** The profile for a node whose arm request names no profile. */
  defaultProfile: Profile;
  /** Throws BOOT_FILES_MISSING if the boot files for this profile or task are missing. */
  requireBootFiles(what: Profile | "rescue" | "wipe"): void;
  /** Removes a node from the inventory and from the known hosts, and revokes its unused tokens. */
  forget(node: Node): Promise<void>;
  wake(node: Node): Promise<string>;
  power: {
    /** Returns the name of the node's power driver. Throws if the node has no driver. */
    means(node: Node): string;
    perform(node: Node, action: PowerAction): Promise<PowerResult>;
  };
  /** Throws if the node is neither a worker nor a promoted worker in the inventory. */
  requireWorker(name: string): void;
  /** Moves the node to the controllers of the inventory. */
  promote(name: string): Promise<void>;
  /** Reads and changes the groups and variables of the inventory. */
  inventory: InventoryEditing;
  /** Queues the job that configures the node. The promise rejects with an error code if the inventory cannot be written. */
  provision(node: Node, requestedBy: string): Promise<Job>;
  /** Queues a job that reports the changes that `provision` would make. */
  preview(node: Node, requestedBy: string): Job;
}
