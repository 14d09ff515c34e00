/** Computes the memory that the parts of a model need. All numbers are in bytes. A test compares them with a real llama.cpp. */
import type { ModelShape } from "../../contract/cluster/model.ts";

/** The program itself with its threads and buffers. */
const PROGRAM = 30_000_000;
/** llama.cpp computes this number of tokens at once. */
const BATCH = 512;
const FLOAT = 4;

export interface LayerShare {
  /** The first layer of this part, and the number of its layers. */
  from: number;
  layers: number;
  /** The head reads the words, and computes the output if it holds the last layer or has no workers. */
  isHead: boolean;
  hasOutput: boolean;
}

export const cacheBytes = ({ cacheBytesPerToken }: ModelShape, contextTokens: number, layers: number): number =>
  cacheBytesPerToken * contextTokens * layers;

export function partBytes(shape: ModelShape, contextTokens: number, { from, layers, isHead, hasOutput }: LayerShare): number {
  const weights = shape.layerBytes.slice(from, from + layers).reduce((sum, bytes) => sum + bytes, 0);
  const input = isHead ? shape.inputBytes : 0;
  // A model that shares the table of its words needs a second copy where the output is computed, unless it is the head.
  const output = hasOutput ? shape.outputBytes + (sharesWords(shape) && !isHead ? shape.inputBytes : 0) : 0;
  return weights + input + output + cacheBytes(shape, contextTokens, layers) + computeBytes(shape, hasOutput) + PROGRAM;
}

/** The activations of one batch, and the probabilities of all words for one token. */
const computeBytes = ({ embedding, vocabulary }: ModelShape, hasOutput: boolean): number =>
  BATCH * embedding * FLOAT * 12 + (hasOutput ? vocabulary * FLOAT : 0);

/** Without a table of its own, only the last norm follows the layers. */
const sharesWords = ({ outputBytes, inputBytes }: ModelShape): boolean => outputBytes < inputBytes / 8;
