/**
 * Forgets machines that were only ever discovered, with their timelines. A machine that boots again is discovered again.
 * Muster keeps every machine that an operator accepted.
 */
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../find-node.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** `nodes` names single machines. Without `nodes`, all discovered machines are forgotten. */
export function forgetDiscovered(
  { nodes, registry }: Pick<ActPorts, "nodes" | "registry">,
  { nodes: named }: { nodes?: readonly string[] | undefined },
  requester: Requester,
): readonly Node[] {
  const chosen = named?.map((each) => findNode(nodes, each)) ?? nodes.list().filter(({ state }) => state.phase === "discovered");
  const kept = chosen.find(({ state }) => state.phase !== "discovered");
  if (kept)
    throw new MusterError(
      "NODE_WRONG_PHASE",
      `nodes: ${kept.name} is ${kept.state.phase}, and only discovered machines are forgotten; \`muster retire ${kept.name}\` removes it from the fleet`,
    );
  requester.permit({ tool: "forget", nodes: chosen });
  return registry.forget(chosen);
}
