/** The objects of the stand-in, with the field names of Nomad's API. */
import type { JobSpec } from "../../../../daemon/cluster/nomad/job-spec.ts";

export interface Row {
  CreateIndex: number;
  ModifyIndex: number;
}

export interface Resources {
  CPU: number;
  MemoryMB: number;
}

export interface Task {
  Name: string;
  Driver: string;
  Config: { command?: string; args?: string[] } | null;
  Resources: Resources;
  Services?: Service[] | null;
}

export interface Service {
  Name: string;
  Provider?: string;
  Tags?: string[] | null;
}

export interface Constraint {
  LTarget: string;
  RTarget: string;
  Operand: string;
}

export interface Group {
  Name: string;
  Count: number;
  Constraints: Constraint[] | null;
  Update: { Canary: number; AutoRevert: boolean; AutoPromote: boolean } | null;
  Services?: Service[] | null;
  Tasks: Task[];
}

export interface Job extends JobSpec, Row {
  Name: string;
  Namespace: string;
  Type: string;
  Status: string;
  Stop: boolean;
  Stable: boolean;
  Version: number;
  JobModifyIndex: number;
  SubmitTime: number;
  ParentID: string;
  ParameterizedJob: object | null;
  Periodic: object | null;
  Constraints: Constraint[] | null;
  TaskGroups: Group[];
}

export interface TaskEvent {
  Type: string;
  Time: number;
  DisplayMessage: string;
  Message: string;
  Details: Record<string, string>;
  ExitCode: number;
  Signal: number;
  FailsTask: boolean;
}

export interface TaskState {
  State: string;
  Failed: boolean;
  Restarts: number;
  StartedAt: string | null;
  FinishedAt: string | null;
  Events: TaskEvent[];
}

export interface Allocation extends Row {
  ID: string;
  Name: string;
  Namespace: string;
  EvalID: string;
  NodeID: string;
  NodeName: string;
  JobID: string;
  TaskGroup: string;
  DeploymentID: string;
  DesiredStatus: string;
  DesiredDescription: string;
  ClientStatus: string;
  ClientDescription: string;
  DesiredTransition: { Migrate: boolean | null; Reschedule: boolean | null };
  DeploymentStatus: { Healthy: boolean | null; Canary: boolean } | null;
  TaskStates: Record<string, TaskState> | null;
  NextAllocation: string;
  PreviousAllocation: string;
  FollowupEvalID: string;
  CreateTime: number;
  ModifyTime: number;
  Job: Job;
  AllocatedResources: { Tasks: Record<string, object>; Shared: { DiskMB: number; Ports: null } };
}

export interface Evaluation extends Row {
  ID: string;
  Namespace: string;
  Type: string;
  TriggeredBy: string;
  JobID: string;
  Status: string;
  StatusDescription: string;
  BlockedEval?: string;
  PreviousEval?: string;
  DeploymentID?: string;
  FailedTGAllocs?: Record<string, object>;
  QueuedAllocations?: Record<string, number>;
}

export interface Deployment extends Row {
  ID: string;
  Namespace: string;
  JobID: string;
  JobVersion: number;
  JobModifyIndex: number;
  Status: string;
  StatusDescription: string;
  TaskGroups: Record<string, GroupState>;
}

export interface GroupState {
  AutoRevert: boolean;
  AutoPromote: boolean;
  Promoted: boolean;
  PlacedCanaries: string[] | null;
  DesiredCanaries: number;
  DesiredTotal: number;
  PlacedAllocs: number;
  HealthyAllocs: number;
  UnhealthyAllocs: number;
  RequireProgressBy: string | null;
}

export interface Node extends Row {
  ID: string;
  Name: string;
  Address: string;
  HTTPAddr: string;
  Datacenter: string;
  NodeClass: string;
  NodePool: string;
  Version: string;
  Status: string;
  StatusDescription: string;
  SchedulingEligibility: string;
  Drain: boolean;
  DrainStrategy: { Deadline: number; ForceDeadline: string; IgnoreSystemJobs: boolean; StartedAt: string } | null;
  LastDrain: { Status: string; StartedAt: string; UpdatedAt: string } | null;
  Attributes: Record<string, string>;
  Meta: Record<string, string>;
  Drivers: Record<string, { Detected: boolean; Healthy: boolean; HealthDescription: string; UpdateTime: string }>;
  HostVolumes: null;
  NodeResources: { Cpu: { CpuShares: number }; Memory: { MemoryMB: number }; Disk: { DiskMB: number } };
  ReservedResources: null;
  Events: { Message: string; Subsystem: string; Timestamp: string }[];
}

export interface Registration extends Row {
  ID: string;
  ServiceName: string;
  Namespace: string;
  NodeID: string;
  Datacenter: string;
  JobID: string;
  AllocID: string;
  Tags: string[];
  Address: string;
  Port: number;
}

export interface Variable extends Row {
  Namespace: string;
  Path: string;
  Items: Record<string, string>;
  CreateTime: number;
  ModifyTime: number;
}

export interface Namespace extends Row {
  Name: string;
  Description: string;
}
