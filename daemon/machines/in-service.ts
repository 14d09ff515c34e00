/** Checks whether a machine has a system from Muster on its disk. People may be using that system. Pure. */
import type { Node } from "../contract/machines/node.ts";

export function isInService({ state }: Pick<Node, "state">): boolean {
  if (state.phase === "armed") return state.readySince !== undefined;
  return state.phase !== "discovered" && state.phase !== "accepted";
}
