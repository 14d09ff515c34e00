/** Plans a bulk action: the effect on each machine, and the excluded machines with the reason. Pure. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { actionsFor } from "../node/actions.ts";
import { phaseLabel } from "../phases.ts";

export const bulkActions = ["accept", "arm", "wake", "run"] as const;
export type BulkAction = (typeof bulkActions)[number];

export interface BulkPlan {
  does: readonly { node: Node; what: string }[];
  leaves: readonly { node: Node; why: string }[];
}

export const bulkWord: Record<BulkAction, string> = { accept: "Accept", arm: "Arm…", wake: "Wake", run: "Run…" };

/**
 * Returns the text to type before disks are erased. For several machines, the text is the word `erase` and the number
 * of machines.
 */
export const phraseFor = ({ does }: BulkPlan): string => (does.length === 1 ? (does[0]?.node.name ?? "") : `erase ${does.length}`);

export function planBulk(action: BulkAction, nodes: readonly Node[]): BulkPlan {
  const may = ({ state: { phase } }: Node) =>
    action === "run" ? phase === "ready" || phase === "configure-failed" : actionsFor(phase).includes(action);
  return {
    does: nodes.filter(may).map((node) => ({ node, what: whatOf(action, node) })),
    leaves: nodes.filter((node) => !may(node)).map((node) => ({ node, why: `is ${phaseLabel[node.state.phase].word.toLowerCase()}` })),
  };
}

function whatOf(action: BulkAction, node: Node): string {
  switch (action) {
    case "accept":
      return "joins the fleet under this name and boots its own disk";
    case "arm":
      return `its next network boot overwrites ${node.disk ?? "its first fixed disk"}${node.state.phase === "ready" ? ", and it is in use: ready" : ""}`;
    case "wake":
      return `a Wake-on-LAN packet to ${node.macs.join(", ")}`;
    case "run":
      return "the playbook runs on it";
  }
}
