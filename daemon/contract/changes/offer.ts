/** The tools and runbooks that can be proposed. */
import * as z from "zod";
import { IncidentWords, KnownWords } from "./incident.ts";
import { Method, Risk, Value } from "./tool.ts";

const OfferedParameter = z.object({
  name: z.string(),
  description: z.string(),
  type: z.enum(["string", "host", "integer", "number", "boolean", "json"]),
  required: z.boolean(),
  default: Value.optional(),
  example: Value.optional(),
  choices: z.array(z.string()).optional(),
});
export type OfferedParameter = z.output<typeof OfferedParameter>;

const OfferedTool = z.object({
  name: z.string(),
  description: z.string(),
  method: Method,
  /** Risk with default parameters. Other values of the parameters can raise the risk. */
  risk: Risk,
  needsNodes: z.boolean(),
  preview: z.enum(["exact", "check", "none"]),
  /** The tool that undoes this tool's changes. */
  undo: z.string().optional(),
  /** True if the tool only reads, or if its form declares that it can run twice in a row without harm. */
  repeatable: z.boolean(),
  timeoutSeconds: z.int(),
  parameters: z.array(OfferedParameter),
});

const OfferedRunbook = z.object({
  name: z.string(),
  description: z.string(),
  tools: z.array(z.string()),
  needsNodes: z.boolean(),
  parameters: z.array(OfferedParameter),
  /** A trigger matches an incident if no stated field differs. One of its symptoms is enough. */
  triggers: z.array(IncidentWords.omit({ symptom: true }).extend({ symptoms: z.array(z.string()) })),
});
export type OfferedRunbook = z.output<typeof OfferedRunbook>;

/** The runbooks that a search found, the best match first. `known` helps to correct a search that found nothing. */
export const FoundRunbooks = z.object({ runbooks: z.array(OfferedRunbook), known: KnownWords });
export type FoundRunbooks = z.output<typeof FoundRunbooks>;

export const Offer = z.object({ tools: z.array(OfferedTool), runbooks: z.array(OfferedRunbook) });
export type Offer = z.output<typeof Offer>;
