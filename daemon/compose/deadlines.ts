/** Looks at the clock once a second and ends the phases that are over their time. */
import { overdue } from "../fleet/deadlines.ts";
import { advance } from "../fleet/phases.ts";
import type { Log } from "../log.ts";
import type { NodeStore } from "../store/nodes.ts";
import type { Registry } from "../store/registry.ts";

const EVERY_MS = 1000;

export class Deadlines {
  readonly #registry: Registry;
  readonly #nodes: NodeStore;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  constructor(registry: Registry, nodes: NodeStore, log: Log) {
    this.#registry = registry;
    this.#nodes = nodes;
    this.#log = log;
  }

  start(): this {
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    return this;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = new Date();
    for (const { id, state, name } of this.#nodes.list()) {
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
  }
}
