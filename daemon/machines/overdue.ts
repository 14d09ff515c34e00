/**
 * Checks for overdue phases once a second and ends each overdue phase. Also reports nodes whose configuration failed
 * before the nodes had a job.
 */
import type { Node } from "../contract/machines/node.ts";
import { PeriodicTask } from "../errors/periodic-task.ts";
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
  readonly #rounds: PeriodicTask;

  /** `onFailure` reports a failed node. After a restart of control, `onFailure` may report the same node a second time. */
  constructor(registry: Registry, nodes: NodeStore, log: Log, onFailure: (node: Node) => Promise<void>) {
    this.#registry = registry;
    this.#nodes = nodes;
    this.#log = log;
    this.#onFailure = onFailure;
    this.#rounds = new PeriodicTask({
      everyMs: EVERY_MS,
      run: () => this.look(new Date()),
      log,
      failure: "deadlines could not be checked; retrying until it works",
    });
  }

  start(): this {
    this.#rounds.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Ends the overdue phases. Resolves when all failures are reported. */
  async look(now: Date): Promise<void> {
    const nodes = this.#nodes.list();
    for (const { id, state, name } of nodes) {
      if (!overdue(state, now)) continue;
      this.#registry.update(id, (node) => {
        const event = overdue(node.state, now);
        const reason = event && "reason" in event ? event.reason : "the arming was not used in time";
        const next = event ? advance(node.state, event) : node.state;
        return {
          node: { ...node, state: next },
          event: { source: "control", type: `node.${next.phase}`, summary: `${reason}; now ${next.phase}` },
        };
      });
      this.#log.warn({ node: name, was: state.phase }, "deadline passed");
    }
    // The list was read before this check, so the next check reports a node that failed now.
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
      this.#log.error({ err: error, node: node.name }, "TODO.md could not be written; will retry");
    }
  }
}
