/**
 * Selects the waiting executions that begin now: a limited number, one for each node, and no change on a busy node.
 * Pure.
 */

export interface WaitingExecution {
  id: string;
  nodeIds: readonly string[];
  /** True if a step does more than read. */
  changes: boolean;
}

export interface Occupied {
  /** Number of running executions. */
  atWork: number;
  /** Ids of the nodes that running executions hold. */
  held: ReadonlySet<string>;
  /** True if a job is running on this node or about to run. */
  hasJob(nodeId: string): boolean;
}

/** Keeps the order. A waiting change keeps later changes off its nodes, but read-only executions may go first. */
export function whichBegin(waiting: readonly WaitingExecution[], { atWork, held, hasJob }: Occupied, atOnce: number): WaitingExecution[] {
  const begun: WaitingExecution[] = [];
  const taken = new Set(held);
  const awaited = new Set<string>();
  for (const each of waiting) {
    if (atWork + begun.length >= atOnce) break;
    const free = each.nodeIds.every((id) => !taken.has(id) && !(each.changes && (awaited.has(id) || hasJob(id))));
    if (free) {
      begun.push(each);
      for (const id of each.nodeIds) taken.add(id);
    } else if (each.changes) for (const id of each.nodeIds) awaited.add(id);
  }
  return begun;
}
