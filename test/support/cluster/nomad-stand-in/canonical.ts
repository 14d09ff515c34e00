/** Fills in the defaults of a job, as Nomad does when it takes one. */
import type { JobSpec } from "../../../../daemon/cluster/nomad/job-spec.ts";
import type { Group, Job, Task } from "./rows.ts";

const SECOND = 1_000_000_000;

type Loose = Record<string, unknown>;
const items = (value: unknown): Loose[] => (Array.isArray(value) ? (value as Loose[]) : []);
const filled = (defaults: Loose, given: unknown): Loose => {
  const own = Object.entries((given ?? {}) as Loose).filter(([, value]) => value !== null && value !== undefined);
  return { ...defaults, ...Object.fromEntries(own) };
};

const restartPolicy = { Attempts: 2, Delay: 15 * SECOND, Interval: 1800 * SECOND, Mode: "fail", RenderTemplates: false };
const update = {
  AutoPromote: false,
  AutoRevert: false,
  Canary: 0,
  HealthCheck: "checks",
  HealthyDeadline: 300 * SECOND,
  MaxParallel: 1,
  MinHealthyTime: 10 * SECOND,
  ProgressDeadline: 600 * SECOND,
  Stagger: 30 * SECOND,
};

function canonicalTask(task: Loose): Task {
  const defaults = { Driver: "", Config: null, Env: null, KillTimeout: 5 * SECOND, Leader: false, Services: null, User: "" };
  return {
    ...filled(defaults, task),
    Resources: filled({ CPU: 100, Cores: 0, MemoryMB: 300, MemoryMaxMB: 0 }, task.Resources),
    LogConfig: filled({ Disabled: false, MaxFileSizeMB: 10, MaxFiles: 10 }, task.LogConfig),
  } as unknown as Task;
}

function canonicalGroup(group: Loose, type: string): Group {
  const tasks = items(group.Tasks).map(canonicalTask);
  return {
    ...filled({ Count: 1, Constraints: null, Services: null, Meta: null, Networks: null, Volumes: null }, group),
    RestartPolicy: filled(restartPolicy, group.RestartPolicy),
    EphemeralDisk: filled({ Migrate: false, SizeMB: 300, Sticky: false }, group.EphemeralDisk),
    Update: type === "service" ? filled(update, group.Update) : null,
    Tasks: tasks,
  } as unknown as Group;
}

export function canonicalJob(spec: JobSpec): Job {
  const type = typeof spec.Type === "string" && spec.Type !== "" ? spec.Type : "service";
  const defaults = {
    AllAtOnce: false,
    Constraints: null,
    Datacenters: ["*"],
    Dispatched: false,
    Meta: null,
    Name: spec.ID,
    Namespace: "default",
    NodePool: "default",
    ParameterizedJob: null,
    ParentID: "",
    Periodic: null,
    Priority: 50,
    Region: "global",
    Stop: false,
  };
  return {
    ...filled(defaults, spec),
    Type: type,
    Stable: false,
    Status: "",
    StatusDescription: "",
    Version: 0,
    SubmitTime: 0,
    CreateIndex: 0,
    ModifyIndex: 0,
    JobModifyIndex: 0,
    TaskGroups: items(spec.TaskGroups).map((group) => canonicalGroup(group, type)),
  } as unknown as Job;
}
