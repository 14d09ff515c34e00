/** The nodes of the stand-in: eligibility, drain, and nodes that go down. */
import { randomUUID } from "node:crypto";
import { isLive } from "./placing.ts";
import { Refusal } from "./refusal.ts";
import type { Allocation, Node } from "./rows.ts";
import type { Scheduler } from "./scheduler.ts";
import { keyOf, type World } from "./world.ts";

export interface NodeWish {
  name: string;
  address?: string;
  cpu?: number;
  memoryMb?: number;
  attributes?: Record<string, string>;
  meta?: Record<string, string>;
  drivers?: string[];
}

export class Nodes {
  readonly #world: World;
  readonly #scheduler: Scheduler;

  constructor(world: World, scheduler: Scheduler) {
    this.#world = world;
    this.#scheduler = scheduler;
  }

  add({
    name,
    address = "127.0.0.1",
    cpu = 4000,
    memoryMb = 8000,
    attributes = {},
    meta = {},
    drivers = ["raw_exec", "exec"],
  }: NodeWish): Node {
    const UpdateTime = new Date().toISOString();
    const driver = { Detected: true, Healthy: true, HealthDescription: "Healthy", UpdateTime };
    const node: Node = {
      ID: randomUUID(),
      Name: name,
      Address: address,
      HTTPAddr: `${address}:4646`,
      Datacenter: "dc1",
      NodeClass: "",
      NodePool: "default",
      Version: "1.6.5",
      Status: "ready",
      StatusDescription: "",
      SchedulingEligibility: "eligible",
      Drain: false,
      DrainStrategy: null,
      LastDrain: null,
      Attributes: { "kernel.name": "linux", "unique.hostname": name, ...attributes },
      Meta: meta,
      Drivers: Object.fromEntries(drivers.map((each) => [each, driver])),
      HostVolumes: null,
      NodeResources: { Cpu: { CpuShares: cpu }, Memory: { MemoryMB: memoryMb }, Disk: { DiskMB: 50_000 } },
      ReservedResources: null,
      Events: [],
      CreateIndex: 0,
      ModifyIndex: 0,
    };
    this.#put(node, "NodeRegistration", "Node registered", "Cluster");
    this.#scheduler.retry();
    return node;
  }

  find(id: string): Node {
    const node = this.#world.nodes.rows.get(id);
    if (!node) throw new Refusal(404, "node not found");
    return node;
  }

  setEligibility(node: Node, eligibility: string): void {
    if (node.Drain && eligibility === "eligible")
      throw new Refusal(500, "can not set node's scheduling eligibility to eligible while it is draining");
    node.SchedulingEligibility = eligibility;
    this.#put(node, "NodeEligibility", `Node marked as ${eligibility} for scheduling`, "Cluster");
    if (eligibility === "eligible") this.#scheduler.retry();
  }

  drain(node: Node, spec: { Deadline: number; IgnoreSystemJobs: boolean }): void {
    const StartedAt = new Date().toISOString();
    const ForceDeadline = new Date(Date.now() + spec.Deadline / 1_000_000).toISOString();
    node.DrainStrategy = { ...spec, StartedAt, ForceDeadline };
    node.LastDrain = { Status: "draining", StartedAt, UpdatedAt: StartedAt };
    Object.assign(node, { Drain: true, SchedulingEligibility: "ineligible" });
    this.#put(node, "NodeDrain", "Node drain strategy set", "Drain");
    const leaving = this.#liveOn(node);
    for (const each of leaving) {
      each.DesiredTransition = { ...each.DesiredTransition, Migrate: true };
      this.#world.put(this.#world.allocations, each.ID, each, "AllocationUpdateDesiredStatus", [each.JobID]);
    }
    this.#evaluateJobsOf(leaving, "node-drain");
    this.checkDrains();
  }

  cancelDrain(node: Node, eligible: boolean): void {
    if (node.LastDrain && node.Drain) node.LastDrain = { ...node.LastDrain, Status: "canceled", UpdatedAt: new Date().toISOString() };
    Object.assign(node, { Drain: false, DrainStrategy: null, ...(eligible && { SchedulingEligibility: "eligible" }) });
    this.#put(node, "NodeDrain", "Node drain disabled", "Drain");
    if (eligible) this.#scheduler.retry();
  }

  /** A drain ends when nothing runs on the node any more, also nothing that is asked to stop. */
  checkDrains(): void {
    for (const node of this.#world.nodes.rows.values()) {
      if (!node.Drain || this.#allOn(node).some(({ ClientStatus }) => ["pending", "running"].includes(ClientStatus))) continue;
      if (node.LastDrain) node.LastDrain = { ...node.LastDrain, Status: "complete", UpdatedAt: new Date().toISOString() };
      Object.assign(node, { Drain: false, DrainStrategy: null });
      this.#put(node, "NodeDrain", "Node drain complete", "Drain");
    }
  }

  /** The node no longer answers the servers. Its allocations are lost, and their jobs are evaluated. */
  down(node: Node): void {
    Object.assign(node, { Status: "down", StatusDescription: "" });
    this.#put(node, "NodeStreamEvent", "Node heartbeat missed", "Cluster");
    const lost = this.#liveOn(node);
    for (const each of lost) {
      Object.assign(each, { ClientStatus: "lost", DesiredStatus: "stop", DesiredDescription: "alloc is lost since its node is down" });
      this.#world.put(this.#world.allocations, each.ID, each, "AllocationUpdated", [each.JobID]);
    }
    this.#evaluateJobsOf(lost, "node-update");
  }

  up(node: Node): void {
    node.Status = "ready";
    this.#put(node, "NodeStreamEvent", "Node reregistered by heartbeat", "Cluster");
    this.#scheduler.retry();
  }

  #evaluateJobsOf(allocations: Allocation[], why: string): void {
    const jobs = new Set(allocations.map(({ Namespace, JobID }) => keyOf(Namespace, JobID)));
    for (const key of jobs) {
      const job = this.#world.jobs.rows.get(key);
      if (job) this.#scheduler.evaluate(job, why);
    }
  }

  #allOn = (node: Node) => [...this.#world.allocations.rows.values()].filter(({ NodeID }) => NodeID === node.ID);
  #liveOn = (node: Node) => this.#allOn(node).filter(isLive);

  #put(node: Node, type: string, Message: string, Subsystem: string): void {
    node.Events = [...node.Events, { Message, Subsystem, Timestamp: new Date().toISOString() }].slice(-10);
    this.#world.put(this.#world.nodes, node.ID, node, type);
  }
}
