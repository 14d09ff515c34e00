/** The requester of an act: the name for the timeline, and the permission check right before the effect. */
import type { Values } from "../../contract/changes/tool.ts";
import type { Node } from "../../contract/machines/node.ts";

/** The effect that is about to happen, as the policy knows it. */
export interface Deed {
  tool: string;
  parameters?: Values;
  nodes: readonly Node[];
  /** The node's name as the requester typed it, where the act asks for that. */
  typed?: string | undefined;
}

export interface Requester {
  name: string;
  /** An act calls this after every other check and right before its effect. Throws if the act is not allowed. */
  permit(deed: Deed): void;
}
