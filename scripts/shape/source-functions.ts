/** Finds the functions of one file, with their lengths and numbers of parameters. */
import { type Program, visitorKeys } from "oxc-parser";

export interface SourceFunction {
  name: string;
  line: number;
  /** Length in lines. */
  lines: number;
  parameters: number;
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

interface AnyNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export function functionsOf(source: string, program: Program): SourceFunction[] {
  const starts = lineStarts(source);
  const found: SourceFunction[] = [];
  const visit = (node: AnyNode, name: string): void => {
    if (FUNCTIONS.has(node.type) && node.body) {
      const line = lineAt(starts, node.start);
      const own = (node.id as { name?: string } | null)?.name;
      const parameters = (node.params as unknown[]).length;
      found.push({ name: own ?? name, line, lines: lineAt(starts, node.end) - line + 1, parameters });
    }
    const inner = nameOf(node) ?? name;
    for (const key of visitorKeys[node.type as keyof typeof visitorKeys] ?? []) {
      for (const child of [node[key]].flat() as (AnyNode | null | undefined)[]) if (child) visit(child, inner);
    }
  };
  visit(program as unknown as AnyNode, "(top)");
  return found;
}

/** A function without a name gets the name of its variable, property or method. */
function nameOf(node: AnyNode): string | undefined {
  const holder = (node.id ?? (node.type.endsWith("Property") || node.type.startsWith("Method") ? node.key : undefined)) as
    | { name?: string }
    | null
    | undefined;
  return holder?.name;
}

const lineStarts = (source: string): number[] => [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];

function lineAt(starts: number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
