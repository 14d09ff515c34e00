/** Determines which machines a step or a plan occupies. Other work that changes an occupied machine waits. Pure. */
import type { Plan, PlanStep } from "../../contract/changes/plan.ts";

/** A step that cancels a job occupies no machine, because the job itself occupies the machine. */
export const occupiedBy = ({ tool, target }: Pick<PlanStep, "tool" | "target">): string | undefined =>
  tool === "job_cancel" ? undefined : target;

export function nodesOccupiedBy({ steps, rollback, targets }: Plan): string[] {
  const occupied = new Set([...steps, ...rollback.map(({ step }) => step)].map(occupiedBy));
  return [...new Set(targets.flatMap(({ node, nodeId }) => (occupied.has(node) ? [nodeId] : [])))];
}
