/**
 * Limits how many events the boot network can write, because any host can send any number of requests. An equal event
 * of a machine is recorded once a second. Machines that no operator accepted share one budget.
 */
import { BoundedMap } from "../../pxe/bounded-map.ts";
import type { NewEvent } from "../contract/event.ts";
import type { Node } from "../contract/machines/node.ts";
import type { EventStore } from "../store/events.ts";
import { Allowance } from "./allowance.ts";

const REPEAT_MS = 1_000;
const REMEMBERED = 4_096;
/** One machine may write this number of different events of one type at once, and then this number a second. */
const OF_ONE_TYPE = { burst: 20, aSecond: 10 };
/** The events of all discovered machines together. A hall of new machines boots within the burst. */
const OF_STRANGERS = { burst: 5_000, aSecond: 20 };

export class EventLimit {
  readonly #now: () => number;
  readonly #recent = new BoundedMap<string, number>(REMEMBERED);
  readonly #kinds = new BoundedMap<string, Allowance>(REMEMBERED);
  readonly #strangers: Allowance;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#strangers = new Allowance(OF_STRANGERS, now);
  }

  /** Returns true if this event may be recorded. Each `true` counts against the limits. */
  allows({ id, state }: Pick<Node, "id" | "state">, { type, summary }: { type: string; summary: string }): boolean {
    const now = this.#now();
    const what = `${id} ${type} ${summary}`;
    const last = this.#recent.get(what);
    // A clock that was set back must not silence a machine.
    if (last !== undefined && now >= last && now - last < REPEAT_MS) return false;
    const kind = `${id} ${type}`;
    const ofKind = this.#kinds.get(kind) ?? new Allowance(OF_ONE_TYPE, this.#now);
    this.#kinds.set(kind, ofKind);
    if (!ofKind.take() || (state.phase === "discovered" && !this.#strangers.take())) return false;
    this.#recent.set(what, now);
    return true;
  }
}

interface Recording {
  events: Pick<EventStore, "append">;
  eventLimit: EventLimit;
}

/** Records an event of netboot on the timeline of a node, unless a limit is reached. */
export function recordLimited({ events, eventLimit }: Recording, node: Node, event: Pick<NewEvent, "type" | "summary" | "detail">): void {
  const { type, summary, detail } = event;
  if (!eventLimit.allows(node, event)) return;
  events.append({ source: "netboot", type, summary, nodeId: node.id, ...(detail && { detail }) });
}
