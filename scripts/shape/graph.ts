/** Represents files and folders as a graph of imports, and finds cycles and folders that import each other. */
import { folderOf, type Tree } from "./tree.ts";

export type Graph = Map<string, string[]>;

/**
 * With `types`, imports of types count too. For a reader of the code, an import of a type can be part of a cycle,
 * although Node ignores this import.
 */
export function importGraph(tree: Tree, { types }: { types: boolean }): Graph {
  return new Map(
    [...tree.modules.values()].map(({ path, imports, typeImports }) => [
      path,
      (types ? [...imports, ...typeImports] : imports).filter((target) => tree.modules.has(target)),
    ]),
  );
}

/**
 * Finds groups of files that import each other directly or indirectly, by Tarjan's algorithm. A single file does not
 * count as a cycle.
 */
export function cycles(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const number = order.size;
    order.set(node, number);
    stack.push(node);
    let low = number;
    for (const target of graph.get(node) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (stack.includes(target)) low = Math.min(low, order.get(target) ?? low);
    }
    lowest.set(node, low);
    if (low === number) {
      const group = stack.splice(stack.indexOf(node));
      if (group.length > 1) found.push(group.sort());
    }
    return low;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

/**
 * Returns the pairs of folders whose files import each other. A folder and its own sub-folder do not count, because
 * they belong together.
 */
export function mutualFolders(graph: Graph): [string, string][] {
  const arrows = new Set<string>();
  for (const [file, targets] of graph) {
    for (const target of targets) arrows.add(`${folderOf(file)} ${folderOf(target)}`);
  }
  return [...arrows]
    .map((arrow) => arrow.split(" ") as [string, string])
    .filter(([from, to]) => from < to && !to.startsWith(`${from}/`) && arrows.has(`${to} ${from}`));
}

export function fanIn(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const target of [...graph.values()].flat()) counts.set(target, (counts.get(target) ?? 0) + 1);
  return counts;
}
