/** Writes the command that proposes a runbook. An alert shows this command. Pure. */
import type { OfferedRunbook } from "./offer.ts";

/** Words in capital letters stand for values that the operator has to fill in. */
export function proposalCommand(
  { name, parameters, needsNodes }: Pick<OfferedRunbook, "name" | "parameters" | "needsNodes">,
  nodes: readonly string[],
  reason: string,
): string {
  const missing = parameters.filter(({ required }) => required).map((parameter) => `${parameter.name}=${parameter.name.toUpperCase()}`);
  const on = needsNodes ? [`--on ${nodes.length > 0 ? nodes.join(",") : "NODES"}`] : [];
  return ["muster do", `--runbook ${name}`, ...missing, ...on, `--reason "${reason}"`].join(" ");
}
