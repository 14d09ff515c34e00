/** The requester of one of Muster's own actions (acts): a name for the timeline, and a permission check. */
import type { Values } from "../../contract/changes/tool.ts";
import type { Node } from "../../contract/machines/node.ts";

/** The effect for which an action (act) requests permission from the policy. */
export interface Deed {
  tool: string;
  parameters?: Values;
  /** The nodes that the action changes. Undefined if the tool takes no node. An empty list changes nothing that the policy protects. */
  nodes?: readonly Node[] | undefined;
  /** The node's name as the requester typed it. Only some actions (acts) require a typed name. */
  typed?: string | undefined;
  /** A secret that is valid only after the effect. If an approval is needed first, only the requester sees the secret. */
  secret?: string | undefined;
}

export interface Requester {
  name: string;
  /** Throws if the action (act) is not allowed. Each action calls `permit` after all other checks, right before the effect. */
  permit(deed: Deed): void;
}
