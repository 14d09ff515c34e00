/** Chooses a node for an allocation: the first eligible one that meets the constraints and has enough left. No bin packing. */
import type { Group, Job, Node } from "./rows.ts";
import type { World } from "./world.ts";

export const isLive = ({ DesiredStatus, ClientStatus }: { DesiredStatus: string; ClientStatus: string }): boolean =>
  DesiredStatus === "run" && (ClientStatus === "pending" || ClientStatus === "running");

/** Also an allocation that is asked to stop uses memory until it has stopped. */
const usesResources = ({ ClientStatus }: { ClientStatus: string }) => ClientStatus === "pending" || ClientStatus === "running";

export type Choice = { node: Node } | { failed: object };

const needed = (group: Group) => ({
  cpu: group.Tasks.reduce((sum, { Resources }) => sum + Resources.CPU, 0),
  memory: group.Tasks.reduce((sum, { Resources }) => sum + Resources.MemoryMB, 0),
});

export function chooseNode(world: World, job: Job, group: Group): Choice {
  const ready = [...world.nodes.rows.values()].filter(
    ({ Status, SchedulingEligibility }) => Status === "ready" && SchedulingEligibility === "eligible",
  );
  const constraints = [...(job.Constraints ?? []), ...(group.Constraints ?? [])];
  const ConstraintFiltered: Record<string, number> = {};
  const DimensionExhausted: Record<string, number> = {};
  for (const node of ready) {
    const unmet = constraints.find(({ LTarget, RTarget }) => attributeOf(LTarget, node) !== RTarget);
    const missing = group.Tasks.find(({ Driver }) => !node.Drivers[Driver]?.Healthy);
    const why = unmet ? `${unmet.LTarget} ${unmet.Operand} ${unmet.RTarget}` : missing && "missing drivers";
    const lacking = lack(world, node, group);
    if (why !== undefined) ConstraintFiltered[why] = (ConstraintFiltered[why] ?? 0) + 1;
    else if (lacking) DimensionExhausted[lacking] = (DimensionExhausted[lacking] ?? 0) + 1;
    else return { node };
  }
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);
  const failed = {
    NodesEvaluated: ready.length,
    NodesFiltered: sum(ConstraintFiltered),
    NodesExhausted: sum(DimensionExhausted),
    NodesAvailable: ready.length > 0 ? { dc1: ready.length } : {},
    ConstraintFiltered: sum(ConstraintFiltered) > 0 ? ConstraintFiltered : null,
    ClassFiltered: null,
    DimensionExhausted: sum(DimensionExhausted) > 0 ? DimensionExhausted : null,
    QuotaExhausted: null,
    CoalescedFailures: 0,
  };
  return { failed };
}

function lack(world: World, node: Node, group: Group): "memory" | "cpu" | undefined {
  const used = [...world.allocations.rows.values()]
    .filter((each) => each.NodeID === node.ID && usesResources(each))
    .map((each) => needed(each.Job.TaskGroups.find(({ Name }) => Name === each.TaskGroup) as Group));
  const left = (total: number, of: "cpu" | "memory") => total - used.reduce((sum, each) => sum + each[of], 0) - needed(group)[of];
  if (left(node.NodeResources.Memory.MemoryMB, "memory") < 0) return "memory";
  return left(node.NodeResources.Cpu.CpuShares, "cpu") < 0 ? "cpu" : undefined;
}

function attributeOf(target: string, node: Node): string | undefined {
  const name = /^\$\{(.+)\}$/.exec(target)?.[1];
  if (name === undefined) return target;
  if (name.startsWith("attr.")) return node.Attributes[name.slice(5)];
  if (name.startsWith("meta.")) return node.Meta[name.slice(5)];
  return { "node.unique.name": node.Name, "node.unique.id": node.ID, "node.datacenter": node.Datacenter, "node.class": node.NodeClass }[
    name
  ];
}
