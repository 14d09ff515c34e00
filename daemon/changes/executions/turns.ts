/**
 * Selects the waiting executions that begin now, up to the limit. At most one execution begins on each node, and no
 * change begins on a busy node. The function is pure.
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
  /** Ids of the nodes that running executions have reserved. */
  held: ReadonlySet<string>;
  /** True if a job is running on this node or about to run. */
  hasJob(nodeId: string): boolean;
}

/** Keeps the order of the queue. A change that waits blocks later changes on its nodes, but not read-only executions. */
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
