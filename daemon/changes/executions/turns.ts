/** Which waiting executions begin now: few at once, one a node, and none that changes a node that is busy. Pure. */

export interface WaitingExecution {
  id: string;
  nodeIds: readonly string[];
  /** Has a step that does more than look. */
  changes: boolean;
}

export interface Occupied {
  /** How many are at work. */
  atWork: number;
  /** Their nodes. */
  held: ReadonlySet<string>;
  /** A job is at work on this node, or about to be. */
  hasJob(nodeId: string): boolean;
}

/** In their order. One that changes nodes keeps later changes off them while it waits; who only looks may go before it. */
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
