/** A language model that is stored on the control node, and the way in which the nodes can hold it. */
import * as z from "zod";

/** The name is part of a URL, of a file name and of the names of services. */
export const ModelName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?$/, "must contain only a-z, 0-9, dots and dashes, and at most 62 characters");
export type ModelName = z.output<typeof ModelName>;

const bytes = z.int().min(0);

/** The header of a GGUF file describes the model. The sizes of the tensors are those in the file. */
export const ModelShape = z.object({
  /** For example `llama` or `qwen2`. */
  architecture: z.string(),
  title: z.string(),
  /** For example `Q4_K_M`. */
  quantisation: z.string(),
  layers: z.int().min(1),
  /** The largest context in tokens for which the model was trained. */
  contextTokens: z.int().min(1),
  bytes,
  /** The size of each layer. */
  layerBytes: z.array(bytes),
  /** The table of the input words, which the head always holds. */
  inputBytes: bytes,
  /** Everything after the last layer. A model that shares the table of its words has 0. */
  outputBytes: bytes,
  /** The memory for the keys and values of one token in one layer. Each number has 16 bits. */
  cacheBytesPerToken: bytes,
  vocabulary: z.int().min(0),
  embedding: z.int().min(1),
});
export type ModelShape = z.output<typeof ModelShape>;

export const Model = z.object({ name: ModelName, sha256: z.string(), addedAt: z.iso.datetime(), shape: ModelShape });
export type Model = z.output<typeof Model>;

/** A node's part of a model. */
export const ModelPart = z.object({
  node: z.string(),
  role: z.enum(["head", "worker"]),
  layers: z.int().min(0),
  /** Memory that the part needs, in MB of 1,000,000 bytes, the cache of keys and values included. */
  memoryMb: z.int(),
  freeMb: z.int(),
});
export type ModelPart = z.output<typeof ModelPart>;

export const ModelPlan = z.discriminatedUnion("fits", [
  z.object({
    fits: z.literal(true),
    model: ModelName,
    contextTokens: z.int(),
    parts: z.array(ModelPart),
    memoryMb: z.int(),
    cacheMb: z.int(),
  }),
  z.object({
    fits: z.literal(false),
    model: ModelName,
    contextTokens: z.int(),
    reason: z.string(),
    neededMb: z.int(),
    freeMb: z.int(),
    /** The largest stored model that fits at this context, and the largest context at which this model fits. */
    instead: z.object({ model: ModelName.optional(), contextTokens: z.int().optional() }),
  }),
]);
export type ModelPlan = z.output<typeof ModelPlan>;

/** The plan, with the memory of each ready node that a model may use. It is undefined if the node never reported it. */
export const ModelPlanAnswer = z.object({
  plan: ModelPlan,
  nodes: z.array(z.object({ node: z.string(), freeMb: z.int().optional() })),
});
export type ModelPlanAnswer = z.output<typeof ModelPlanAnswer>;
