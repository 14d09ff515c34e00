/**
 * The part of Nomad that runs tasks. No program is started: a task runs until the test ends it. Three commands end by
 * themselves: `/bin/true`, `/bin/false`, and every command below `/nonexistent`. A task writes what follows `echo`.
 */
import type { Deployments } from "./deployments.ts";
import { groupOf } from "./reconcile.ts";
import type { Allocation, Service, Task, TaskEvent, TaskState } from "./rows.ts";
import { keyOf, type World } from "./world.ts";

export type Ending = { exitCode: number } | { outOfMemory: true } | { driverError: string };

const event = (Type: string, DisplayMessage: string, more: Partial<TaskEvent> = {}): TaskEvent => ({
  Type,
  Time: Date.now() * 1_000_000,
  DisplayMessage,
  Message: "",
  Details: {},
  ExitCode: 0,
  Signal: 0,
  FailsTask: false,
  ...more,
});

export class Client {
  readonly #world: World;
  readonly #deployments: Deployments;
  /** While held, allocations stay pending, or keep running although they are asked to stop. */
  readonly held = { starts: false, stops: false };
  readonly #waiting: { starts: string[]; stops: string[] } = { starts: [], stops: [] };
  /** The output of tasks, by allocation, task and stream. */
  readonly output = new Map<string, Buffer>();
  /** Called when an allocation has ended. Set by the parts that wait for room on a node. */
  ended: (allocation: Allocation, failed: boolean) => void = () => {};

  constructor(world: World, deployments: Deployments) {
    this.#world = world;
    this.#deployments = deployments;
  }

  start(id: string): void {
    if (this.held.starts) this.#waiting.starts.push(id);
    else setImmediate(() => this.#start(id));
  }

  stop(id: string): void {
    if (this.held.stops) this.#waiting.stops.push(id);
    else setImmediate(() => this.#stop(id));
  }

  /** Lets all allocations that were held go on. */
  release(): void {
    Object.assign(this.held, { starts: false, stops: false });
    for (const id of this.#waiting.starts.splice(0)) this.start(id);
    for (const id of this.#waiting.stops.splice(0)) this.stop(id);
  }

  write(id: string, task: string, stream: "stdout" | "stderr", text: string): void {
    const key = JSON.stringify([id, task, stream]);
    this.output.set(key, Buffer.concat([this.output.get(key) ?? Buffer.alloc(0), Buffer.from(text)]));
    this.#world.emit("change");
  }

  restart(allocation: Allocation): void {
    for (const state of Object.values(allocation.TaskStates ?? {})) {
      state.Events = [
        ...state.Events,
        event("Restart Signaled", "User requested task to restart"),
        event("Started", "Task started by client"),
      ];
      state.Restarts += 1;
      state.StartedAt = new Date().toISOString();
    }
    this.#put(allocation);
  }

  /** Ends a task by itself. An ending with an error fails the allocation: the stand-in does not restart tasks. */
  end(allocation: Allocation, task: string, ending: Ending): void {
    const failed = !("exitCode" in ending && ending.exitCode === 0);
    const state = allocation.TaskStates?.[task];
    if (!state) throw new Error(`the allocation has no task ${task} that runs`);
    state.Events = [...state.Events, ...endingEvents(ending)];
    if (failed) state.Events.push(event("Not Restarting", "Policy allows no restarts", { FailsTask: true }));
    Object.assign(state, { State: "dead", Failed: failed, FinishedAt: new Date().toISOString() });
    const states = Object.values(allocation.TaskStates ?? {});
    if (failed) Object.assign(allocation, { ClientStatus: "failed", ClientDescription: "Failed tasks" });
    else if (states.every(({ State }) => State === "dead"))
      Object.assign(allocation, { ClientStatus: "complete", ClientDescription: "All tasks have completed" });
    this.#put(allocation);
    if (allocation.ClientStatus === "running") return;
    if (failed) this.#deployments.health(allocation, false);
    this.#unregister(allocation);
    this.ended(allocation, failed);
  }

  #start(id: string): void {
    const allocation = this.#world.allocations.rows.get(id);
    const group = allocation && groupOf(allocation);
    if (!group || allocation.DesiredStatus !== "run" || allocation.ClientStatus !== "pending") return;
    const states = group.Tasks.map((task): [string, TaskState] => [task.Name, beginning(task)]);
    Object.assign(allocation, { TaskStates: Object.fromEntries(states), ClientStatus: "running", ClientDescription: "Tasks are running" });
    this.#put(allocation);
    for (const task of group.Tasks) {
      const command = [task.Config?.command ?? "", ...(task.Config?.args ?? [])].join(" ");
      const said = /\becho ([^;|&>]+)/.exec(command)?.[1];
      if (said) this.write(id, task.Name, "stdout", `${said.trim()}\n`);
      const ending = endingOf(task.Config?.command ?? "");
      if (ending) setImmediate(() => this.end(allocation, task.Name, ending));
    }
    if (group.Tasks.some(({ Config }) => endingOf(Config?.command ?? ""))) return;
    for (const service of [...(group.Services ?? []), ...group.Tasks.flatMap(({ Services }) => Services ?? [])])
      this.#register(allocation, service);
    setImmediate(() => {
      if (allocation.DeploymentID === "" || allocation.ClientStatus !== "running") return;
      allocation.DeploymentStatus = { Canary: allocation.DeploymentStatus?.Canary ?? false, Healthy: true };
      this.#put(allocation);
      this.#deployments.health(allocation, true);
    });
  }

  #stop(id: string): void {
    const allocation = this.#world.allocations.rows.get(id);
    if (!allocation || !["pending", "running"].includes(allocation.ClientStatus)) return;
    for (const state of Object.values(allocation.TaskStates ?? {})) {
      if (state.State === "dead") continue;
      state.Events = [
        ...state.Events,
        event("Killing", "Sent interrupt. Waiting 5s before force killing"),
        event("Killed", "Task successfully killed"),
      ];
      Object.assign(state, { State: "dead", FinishedAt: new Date().toISOString() });
    }
    Object.assign(allocation, { ClientStatus: "complete", ClientDescription: "All tasks have completed" });
    this.#put(allocation);
    this.#unregister(allocation);
    this.ended(allocation, false);
  }

  #register(allocation: Allocation, { Name, Provider, Tags }: Service): void {
    if (Provider !== "nomad") return;
    const { ID: AllocID, JobID, Namespace, NodeID } = allocation;
    const ID = `_nomad-task-${AllocID}-group-${allocation.TaskGroup}-${Name}`;
    const node = this.#world.nodes.rows.get(NodeID);
    const place = { NodeID, Datacenter: "dc1", Address: node?.Address ?? "", Port: 0 };
    const row = { ID, ServiceName: Name, Namespace, JobID, AllocID, Tags: Tags ?? [], ...place, CreateIndex: 0, ModifyIndex: 0 };
    this.#world.put(this.#world.services, keyOf(Namespace, ID), row, "ServiceRegistration", [JobID]);
  }

  #unregister(allocation: Allocation): void {
    for (const [key, { AllocID }] of this.#world.services.rows)
      if (AllocID === allocation.ID) this.#world.remove(this.#world.services, key, "ServiceDeregistration");
  }

  #put(allocation: Allocation): void {
    allocation.ModifyTime = Date.now() * 1_000_000;
    this.#world.put(this.#world.allocations, allocation.ID, allocation, "AllocationUpdated", [allocation.JobID]);
  }
}

function endingOf(command: string): Ending | undefined {
  if (command === "/bin/true") return { exitCode: 0 };
  if (command === "/bin/false") return { exitCode: 1 };
  if (command.startsWith("/nonexistent")) return { driverError: `fork/exec ${command}: no such file or directory` };
  return undefined;
}

function endingEvents(ending: Ending): TaskEvent[] {
  if ("driverError" in ending) return [event("Driver Failure", `failed to launch command with executor: ${ending.driverError}`)];
  if ("exitCode" in ending)
    return [
      event("Terminated", `Exit Code: ${ending.exitCode}`, {
        ExitCode: ending.exitCode,
        Details: { exit_code: `${ending.exitCode}`, oom_killed: "false" },
      }),
    ];
  return [
    event("Terminated", 'Exit Code: 137, Exit Message: "OOM Killed"', { ExitCode: 137, Details: { exit_code: "137", oom_killed: "true" } }),
  ];
}

const beginning = ({ Config }: Task): TaskState => ({
  State: "running",
  Failed: false,
  Restarts: 0,
  StartedAt: new Date().toISOString(),
  FinishedAt: null,
  Events: [
    event("Received", "Task received by client"),
    event("Task Setup", "Building Task Directory"),
    ...(Config?.command?.startsWith("/nonexistent") ? [] : [event("Started", "Task started by client")]),
  ],
});
