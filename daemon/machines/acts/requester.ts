/** The requester of an act: a name for the timeline, and a permission check that runs right before the effect. */
import type { Values } from "../../contract/changes/tool.ts";
import type { Node } from "../../contract/machines/node.ts";

/** The effect for which an act requests permission from the policy. */
export interface Deed {
  tool: string;
  parameters?: Values;
  nodes: readonly Node[];
  /** The node's name as the requester typed it. Only some acts require a typed name. */
  typed?: string | undefined;
}

export interface Requester {
  name: string;
  /** Throws if the act is not allowed. An act calls `permit` after all other checks, right before its effect. */
  permit(deed: Deed): void;
}
