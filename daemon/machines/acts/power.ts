/** Switches the power of a machine with its power driver. The timeline records the request, the requester and the result. */
import type { PowerAction, PowerResult } from "../../contract/machines/power.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import { findNode } from "../find-node.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export interface Switching {
  node: string;
  action: Exclude<PowerAction, "status">;
  confirm?: string | undefined;
}

export async function switchPower(
  { nodes, events, power }: Pick<ActPorts, "nodes" | "events" | "power">,
  { node, action, confirm }: Switching,
  requester: Requester,
): Promise<PowerResult> {
  const target = findNode(nodes, node);
  if (action !== "on" && confirm !== target.name)
    throw new MusterError(
      "REQUEST_INVALID",
      `confirm: power ${action} cuts the power of a machine that is ${target.state.phase}; repeat its name, ${target.name}, to go on`,
    );
  // The power driver is determined first. If the machine has no driver, no approval is requested.
  const means = power.means(target);
  requester.permit({ tool: "power", parameters: { action }, nodes: [target], typed: confirm });
  const record = (type: string, summary: string) =>
    events.append({ source: "control", type, summary, nodeId: target.id, detail: { action } });
  record("power.asked", `power ${action} by ${means}, asked by ${requester.name}`);
  try {
    const result = await power.perform(target, action);
    record("power.done", `power ${action}: ${result.message}`);
    return result;
  } catch (error) {
    record("power.failed", `power ${action} did not happen: ${explain(error)}`);
    throw error;
  }
}
