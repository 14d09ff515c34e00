/** Whether a machine has a system of ours on its disk, which somebody may rely on. Pure. */
import type { Node } from "../contract/machines/node.ts";

export function isInService({ state }: Pick<Node, "state">): boolean {
  if (state.phase === "armed") return state.readySince !== undefined;
  return state.phase !== "discovered" && state.phase !== "accepted";
}
