/** The requester of one of Muster's own actions (acts): a name for the timeline, and a permission check. */
import type { Values } from "../../contract/changes/tool.ts";
import type { Node } from "../../contract/machines/node.ts";

/** The effect for which an action (act) requests permission from the policy. */
export interface Deed {
  tool: string;
  parameters?: Values;
  nodes: readonly Node[];
  /** The node's name as the requester typed it. Only some actions (acts) require a typed name. */
  typed?: string | undefined;
}

export interface Requester {
  name: string;
  /** Throws if the action (act) is not allowed. Each action calls `permit` after all other checks, right before the effect. */
  permit(deed: Deed): void;
}
