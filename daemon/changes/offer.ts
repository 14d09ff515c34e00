/** Lists the tools and runbooks that a caller can request, in the format of the API. */
import type { Offer } from "../contract/changes/offer.ts";
import type { Runbooks } from "./plans/runbook.ts";
import { type Catalogue, leastRisk } from "./tools/catalogue.ts";
import type { Parameter } from "./tools/parameter.ts";

export const offerOf = (catalogue: Catalogue, runbooks: Runbooks): Offer => ({
  tools: catalogue.list().map((form) => ({
    name: form.name,
    description: form.description,
    method: form.method,
    risk: leastRisk(form),
    needsNodes: form.requiresTarget,
    preview: form.preview,
    ...(form.undo && { undo: form.undo.tool }),
    timeoutSeconds: form.timeoutSeconds,
    parameters: form.parameters.filter(({ name }) => !(form.requiresTarget && (name === "target" || name === "node"))).map(shown),
  })),
  runbooks: runbooks.list().map(({ name, description, parameters, steps }) => ({
    name,
    description,
    tools: [...new Set(steps.map(({ tool }) => tool))],
    parameters: parameters.map(shown),
  })),
});

const shown = ({ name, description, type, required, default: usual, example, enum: choices }: Parameter) => ({
  name,
  description,
  type,
  required: required === true,
  ...(usual !== undefined && { default: usual }),
  ...(example !== undefined && { example }),
  ...(choices && { choices }),
});
