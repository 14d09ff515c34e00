/** Looks at the clock once a second and ends the phases that are over their time. What has failed by it alone is told here. */
import type { Node } from "../contract/machines/node.ts";
import type { Log } from "../log/log.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import type { Registry } from "../store/machines/registry.ts";
import { overdue } from "./deadlines.ts";
import { advance } from "./phases.ts";

const EVERY_MS = 1000;
const AGAIN_MS = 30_000;

export class Deadlines {
  readonly #registry: Registry;
  readonly #nodes: NodeStore;
  readonly #log: Log;
  readonly #onFailure: (node: Node) => Promise<void>;
  readonly #told = new Set<string>();
  #notBefore = 0;
  #troubled = false;
  #timer: NodeJS.Timeout | undefined;

  /** `onFailure` may be told twice of one that no job tells of, after a restart. */
  constructor(registry: Registry, nodes: NodeStore, log: Log, onFailure: (node: Node) => Promise<void>) {
    this.#registry = registry;
    this.#nodes = nodes;
    this.#log = log;
    this.#onFailure = onFailure;
  }

  start(): this {
    this.#timer = setInterval(() => void this.#attempt(), EVERY_MS);
    return this;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A full disk is no reason to die: the next look may find room. */
  async #attempt(): Promise<void> {
    try {
      await this.look(new Date());
      this.#troubled = false;
    } catch (error) {
      if (!this.#troubled) this.#log.error({ err: error }, "deadlines could not be looked after; tried again until it works");
      this.#troubled = true;
    }
  }

  /** Resolves when it has told what it had to tell. */
  async look(now: Date): Promise<void> {
    const nodes = this.#nodes.list();
    for (const { id, state, name } of nodes) {
      if (!overdue(state, now)) continue;
      this.#registry.update(id, (node) => {
        const event = overdue(node.state, now);
        const reason = event && "reason" in event ? event.reason : "nobody used its arming in time";
        const next = event ? advance(node.state, event) : node.state;
        return {
          node: { ...node, state: next },
          event: { source: "control", type: `node.${next.phase}`, summary: `${reason}; now ${next.phase}` },
        };
      });
      this.#log.warn({ node: name, was: state.phase }, "deadline passed");
    }
    // Those that failed just now are told at the next look.
    for (const node of nodes) await this.#tell(node, now);
  }

  async #tell(node: Node, now: Date): Promise<void> {
    const { id, state } = node;
    if (state.phase !== "configure-failed" || state.jobId !== undefined || now.getTime() < this.#notBefore) return;
    const failure = `${id} ${state.at}`;
    if (this.#told.has(failure)) return;
    this.#told.add(failure);
    try {
      await this.#onFailure(node);
    } catch (error) {
      this.#told.delete(failure);
      this.#notBefore = now.getTime() + AGAIN_MS;
      this.#log.error({ err: error, node: node.name }, "TODO.md could not be written; tried again later");
    }
  }
}
