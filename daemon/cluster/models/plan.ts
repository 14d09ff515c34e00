/** Decides which nodes hold a model: one node alone if possible, else a head and as few workers as possible. */
import type { Model, ModelPart, ModelPlan, ModelShape } from "../../contract/cluster/model.ts";
import { cacheBytes, partBytes } from "./memory.ts";

const MB = 1_000_000;
const SMALLEST_CONTEXT = 512;

export interface FreeMemory {
  node: string;
  /** Memory in MB of 1,000,000 bytes that a workload may use. */
  freeMb: number;
}

export function planModel(model: Model, contextTokens: number, nodes: readonly FreeMemory[], others: readonly Model[] = []): ModelPlan {
  const { shape, name } = model;
  const parts = partsFor(shape, contextTokens, nodes);
  const cacheMb = Math.ceil(cacheBytes(shape, contextTokens, shape.layers) / MB);
  if (parts)
    return { fits: true, model: name, contextTokens, parts, cacheMb, memoryMb: parts.reduce((sum, { memoryMb }) => sum + memoryMb, 0) };
  const neededMb = mb(partBytes(shape, contextTokens, { from: 0, layers: shape.layers, isHead: true, hasOutput: true }));
  const freeMb = nodes.reduce((sum, node) => sum + Math.max(0, node.freeMb), 0);
  return { fits: false, model: name, contextTokens, neededMb, freeMb, reason: reasonFor(nodes, neededMb, freeMb), instead: instead() };

  function instead(): { model?: string; contextTokens?: number } {
    const smaller = others
      .filter((other) => other.name !== name && partsFor(other.shape, contextTokens, nodes))
      .sort((a, b) => b.shape.bytes - a.shape.bytes)[0];
    const context = largestContext(shape, contextTokens, nodes);
    return { ...(smaller && { model: smaller.name }), ...(context !== undefined && { contextTokens: context }) };
  }
}

function reasonFor(nodes: readonly FreeMemory[], neededMb: number, freeMb: number): string {
  if (nodes.length === 0) return "no node is ready with known memory";
  if (freeMb < neededMb) return `it needs ${neededMb} MB, and all nodes together have ${freeMb} MB free`;
  return `all nodes together have ${freeMb} MB free, but no node has room for the parts that the head must hold, or for a whole layer`;
}

/** Halves the context until the model fits. */
function largestContext(shape: ModelShape, contextTokens: number, nodes: readonly FreeMemory[]): number | undefined {
  for (let tokens = Math.floor(contextTokens / 2); tokens >= SMALLEST_CONTEXT; tokens = Math.floor(tokens / 2))
    if (partsFor(shape, tokens, nodes)) return tokens;
  return undefined;
}

function partsFor(shape: ModelShape, contextTokens: number, nodes: readonly FreeMemory[]): ModelPart[] | undefined {
  const sorted = nodes.toSorted((a, b) => b.freeMb - a.freeMb || (a.node < b.node ? -1 : 1));
  return alone(shape, contextTokens, sorted) ?? spread(shape, contextTokens, sorted);
}

/** The smallest node that is large enough, so that larger nodes stay free for larger models. */
function alone(shape: ModelShape, contextTokens: number, sorted: readonly FreeMemory[]): ModelPart[] | undefined {
  const memoryMb = mb(partBytes(shape, contextTokens, { from: 0, layers: shape.layers, isHead: true, hasOutput: true }));
  const node = sorted.findLast(({ freeMb }) => freeMb >= memoryMb);
  return node && [{ node: node.node, role: "head", layers: shape.layers, memoryMb, freeMb: node.freeMb }];
}

/**
 * The head is the largest node. It holds the table of the words and the first layers, and the workers hold the others in the
 * order of the list. The last worker computes the output. Each node takes as many layers as fit.
 */
function spread(shape: ModelShape, contextTokens: number, sorted: readonly FreeMemory[]): ModelPart[] | undefined {
  const parts: ModelPart[] = [];
  let from = 0;
  for (const { node, freeMb } of sorted) {
    const isHead = parts.length === 0;
    const memoryOf = (layers: number) =>
      mb(partBytes(shape, contextTokens, { from, layers, isHead, hasOutput: !isHead && from + layers === shape.layers }));
    // A head with all layers would also compute the output. That is `alone`, and it does not fit.
    const layers = mostLayers(isHead ? shape.layers - 1 : shape.layers - from, freeMb, memoryOf);
    if (isHead && memoryOf(layers) > freeMb) return undefined;
    if (!isHead && layers === 0) continue;
    parts.push({ node, role: isHead ? "head" : "worker", layers, memoryMb: memoryOf(layers), freeMb });
    from += layers;
    if (from === shape.layers) return parts;
  }
  return undefined;
}

function mostLayers(left: number, freeMb: number, memoryOf: (layers: number) => number): number {
  for (let layers = left; layers > 0; layers--) if (memoryOf(layers) <= freeMb) return layers;
  return 0;
}

const mb = (bytes: number): number => Math.ceil(bytes / MB);
