/**
 * Builds the frames of events for one turn of the live feed. All listeners of a turn share the frames, so control reads
 * each event with its node, job and execution once.
 */
import type { Event } from "../contract/event.ts";
import type { ServerFrame } from "../contract/frame.ts";
import type { ApprovalStore } from "../store/changes/approvals.ts";
import type { ExecutionStore } from "../store/changes/executions.ts";
import type { PlanStore } from "../store/changes/plans.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import { approvalFrame } from "./changes/live-approvals.ts";

export interface EventSources {
  nodes: Pick<NodeStore, "findById">;
  jobs: Pick<JobStore, "find">;
  events: Pick<EventStore, "after" | "lastSeq">;
  plans: PlanStore;
  approvals: ApprovalStore;
  executions: Pick<ExecutionStore, "get">;
}

/** One event in the form that is sent. An event about an approval has a second frame. */
export interface EncodedEvent {
  seq: number;
  frames: string[];
}

interface Block {
  encoded: EncodedEvent[];
  /** The position that is directly before the first event behind the block. */
  next: number;
}

/** Events are read in blocks with fixed borders, so that listeners at nearby positions share a block. */
const BLOCK = 64;
/** The maximum number of blocks that one turn reads for listeners that are behind. */
const OLD_BLOCKS = 8;

export class EventFrames {
  readonly head: number;
  readonly #sources: EventSources;
  readonly #blocks = new Map<number, Block>();

  constructor(sources: EventSources) {
    this.#sources = sources;
    this.head = sources.events.lastSeq();
  }

  /** Returns true if more than one block of events follows this position. */
  isOld(seq: number): boolean {
    return this.head - seq > BLOCK;
  }

  /**
   * Returns the next events after `seq`, and the position after them. Returns undefined if the listener has all events,
   * or if this turn may not read more blocks.
   */
  after(seq: number): Block | undefined {
    if (seq >= this.head) return undefined;
    const at = Math.floor(seq / BLOCK);
    const block = this.#blocks.get(at) ?? this.#read(at);
    return block && { encoded: block.encoded.filter((each) => each.seq > seq), next: block.next };
  }

  #read(at: number): Block | undefined {
    const newest = at === Math.floor((this.head - 1) / BLOCK);
    if (!newest && this.#blocks.size >= OLD_BLOCKS) return undefined;
    const end = Math.min((at + 1) * BLOCK, this.head);
    const rows = this.#sources.events.after(at * BLOCK, BLOCK);
    const behind = rows.find(({ seq }) => seq > end);
    const encoded = rows
      .filter(({ seq }) => seq <= end)
      .map((event) => ({ seq: event.seq, frames: this.#frames(event).map((frame) => JSON.stringify(frame)) }));
    // Old events may have been removed, so the next event may be many blocks away.
    const block = { encoded, next: behind ? Math.min(behind.seq - 1, this.head) : end };
    this.#blocks.set(at, block);
    return block;
  }

  #frames(event: Event): ServerFrame[] {
    const { nodes, jobs, executions } = this.#sources;
    const node = event.nodeId === undefined ? undefined : nodes.findById(event.nodeId);
    const job = event.jobId === undefined ? undefined : jobs.find(event.jobId);
    const executionId = event.detail?.executionId;
    const execution = typeof executionId === "string" ? executions.get(executionId) : undefined;
    const asked = approvalFrame(event, this.#sources);
    const own: ServerFrame = {
      type: "event",
      seq: event.seq,
      event,
      ...(node && { node }),
      ...(job && { job }),
      ...(execution && { execution }),
    };
    return asked ? [own, asked] : [own];
  }
}
