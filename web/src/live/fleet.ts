/** Defines the state of the fleet, and applies the frames of the live feed to it. Pure. */
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";
import type { Event } from "../../../daemon/contract/event.ts";
import type { ServerFrame } from "../../../daemon/contract/frame.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { laterApproval, laterExecution } from "./latest.ts";
import { type Away, takeProcessEvent } from "./processes.ts";

export interface Fleet {
  /** The last sequence number. A new connection asks for the events after this number. */
  seq: number;
  /** Identifies the database that assigned the sequence numbers. The value is undefined until the first hello frame. */
  epoch: string | undefined;
  nodes: ReadonlyMap<string, Node>;
  jobs: ReadonlyMap<string, Job>;
  /** The newest events of the whole fleet, newest first. */
  activity: readonly Event[];
  /** The timelines by node id, oldest event first. The map contains only nodes that the user has opened. */
  timelines: ReadonlyMap<string, readonly Event[]>;
  /** The processes of the daemon that are down. */
  away: Away;

  approvals: ReadonlyMap<string, Approval>;
  executions: ReadonlyMap<string, Execution>;
}

export type Taken = { kind: "fleet"; fleet: Fleet } | { kind: "load-afresh"; reason: string };

const ACTIVITY_LENGTH = 100;

export const emptyFleet: Fleet = {
  seq: 0,
  epoch: undefined,
  nodes: new Map(),
  jobs: new Map(),
  activity: [],
  timelines: new Map(),
  away: new Set(),
  approvals: new Map(),
  executions: new Map(),
};

export function loaded(
  seq: number,
  nodes: readonly Node[],
  jobs: readonly Job[],
  events: readonly Event[],
  away: Away = new Set(),
  { approvals = [], executions = [] }: { approvals?: readonly Approval[]; executions?: readonly Execution[] } = {},
): Fleet {
  return {
    ...emptyFleet,
    seq,
    away,
    approvals: new Map(approvals.map((approval) => [approval.id, approval])),
    executions: new Map(executions.map((execution) => [execution.id, execution])),
    nodes: new Map(nodes.map((node) => [node.id, node])),
    jobs: new Map(jobs.map((job) => [job.id, job])),
    // Events after `seq` are excluded here, because the feed replays them.
    activity: events
      .filter((event) => event.seq <= seq)
      .toReversed()
      .slice(0, ACTIVITY_LENGTH),
  };
}

export function takeFrame(fleet: Fleet, frame: Extract<ServerFrame, { type: "hello" | "event" }>): Taken {
  if (frame.type === "hello") return takeHello(fleet, frame);
  // A replay may repeat events that this page has already received.
  if (frame.seq <= fleet.seq) return { kind: "fleet", fleet };
  return { kind: "fleet", fleet: takeEvent(fleet, frame) };
}

function takeHello(fleet: Fleet, { epoch, seq }: Extract<ServerFrame, { type: "hello" }>): Taken {
  if (fleet.epoch !== undefined && fleet.epoch !== epoch) return { kind: "load-afresh", reason: "the daemon uses another database now" };
  // A database that was restored from a backup keeps its epoch, but lacks events that this page has.
  if (seq < fleet.seq) return { kind: "load-afresh", reason: "the daemon's database is older than what is on screen" };
  return { kind: "fleet", fleet: { ...fleet, epoch } };
}

function takeEvent(was: Fleet, { seq, event, node, job, execution }: Extract<ServerFrame, { type: "event" }>): Fleet {
  const fleet = execution ? takeExecution(was, execution) : was;
  return {
    ...fleet,
    seq,
    nodes: node ? new Map(fleet.nodes).set(node.id, node) : fleet.nodes,
    jobs: job ? new Map(fleet.jobs).set(job.id, job) : fleet.jobs,
    activity: [event, ...fleet.activity].slice(0, ACTIVITY_LENGTH),
    timelines: withEvents(fleet.timelines, event.nodeId, [event]),
    away: takeProcessEvent(fleet.away, event),
  };
}

/** Merges a fetched timeline with the events that arrived during the request. */
export function takeTimeline(fleet: Fleet, nodeId: string, events: readonly Event[]): Fleet {
  const opened = fleet.timelines.has(nodeId) ? fleet.timelines : new Map(fleet.timelines).set(nodeId, []);
  return { ...fleet, timelines: withEvents(opened, nodeId, events) };
}

export function takeJob(fleet: Fleet, job: Job): Fleet {
  return { ...fleet, jobs: new Map(fleet.jobs).set(job.id, job) };
}

export function takeApprovals(fleet: Fleet, approvals: readonly Approval[]): Fleet {
  const known = new Map(fleet.approvals);
  for (const approval of approvals) known.set(approval.id, laterApproval(known.get(approval.id), approval));
  return { ...fleet, approvals: known };
}

/** Stores an execution. A started execution also marks its approval as used, because no event reports the use. */
export function takeExecution(fleet: Fleet, execution: Execution): Fleet {
  const known = fleet.executions.get(execution.id);
  const executions = new Map(fleet.executions).set(execution.id, known ? laterExecution(known, execution) : execution);
  const approval = execution.approvalId === undefined ? undefined : fleet.approvals.get(execution.approvalId);
  const taken = { ...fleet, executions };
  if (approval?.state !== "approved" || execution.startedAt === undefined) return taken;
  return takeApprovals(taken, [{ ...approval, state: "used" }]);
}

function withEvents(timelines: Fleet["timelines"], nodeId: string | undefined, events: readonly Event[]): Fleet["timelines"] {
  const known = nodeId === undefined ? undefined : timelines.get(nodeId);
  if (nodeId === undefined || known === undefined) return timelines;
  const bySeq = new Map([...known, ...events].map((event) => [event.seq, event]));
  return new Map(timelines).set(
    nodeId,
    [...bySeq.values()].sort((a, b) => a.seq - b.seq),
  );
}
