/** The routes that switch machines. Everything asked of a machine is on its timeline, with who asked and what came of it. */
import type { Node } from "../../contract/machines/node.ts";
import type { PowerAction, PowerResult } from "../../contract/machines/power.ts";
import { routes } from "../../contract/routes.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import { type ByHandApi, byHand } from "../changes/by-hand.ts";
import type { Mount } from "../mount.ts";
import { find } from "./nodes.ts";

export interface PowerApi extends ByHandApi {
  nodes: NodeStore;
  events: EventStore;
  power: {
    /** Names the driver; throws where there is none. */
    means(node: Node): string;
    perform(node: Node, action: PowerAction): Promise<PowerResult>;
  };
}

export function powerApi(mount: Mount, { nodes, events, power, desk }: PowerApi): void {
  mount(routes.nodePower, ({ node }) => power.perform(find(nodes, node), "status"));

  mount(routes.powerNode, async ({ node, action, confirm }, context) => {
    const target = find(nodes, node);
    if (action !== "on" && confirm !== target.name)
      throw new MusterError(
        "REQUEST_INVALID",
        `confirm: power ${action} cuts the power of a machine that is ${target.state.phase}; repeat its name, ${target.name}, to go on`,
      );
    // Before people are asked about what cannot be.
    const means = power.means(target);
    byHand({ desk }, { tool: "power", parameters: { action }, nodes: [target], typed: confirm }, context);
    const record = (type: string, summary: string) =>
      events.append({ source: "control", type, summary, nodeId: target.id, detail: { action } });
    record("power.asked", `power ${action} by ${means}, asked by ${context.caller.name}`);
    try {
      const result = await power.perform(target, action);
      record("power.done", `power ${action}: ${result.message}`);
      return result;
    } catch (error) {
      record("power.failed", `power ${action} did not happen: ${explain(error)}`);
      throw error;
    }
  });
}
