/** Lists the tools and runbooks that a caller can request, in the format of the API. */
import type { RunbookSearch } from "../contract/changes/incident.ts";
import type { FoundRunbooks, Offer, OfferedRunbook } from "../contract/changes/offer.ts";
import { knownWords, searchRunbooks } from "./plans/find-runbooks.ts";
import type { Runbook, Runbooks } from "./plans/runbook.ts";
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
    repeatable: form.repeatable || leastRisk(form) === "read",
    timeoutSeconds: form.timeoutSeconds,
    parameters: form.parameters.filter(({ name }) => !(form.requiresTarget && (name === "target" || name === "node"))).map(shown),
  })),
  runbooks: runbooks.list().map((runbook) => offeredRunbook(runbook, catalogue)),
});

export const foundRunbooks = (catalogue: Catalogue, runbooks: Runbooks, search: RunbookSearch): FoundRunbooks => ({
  runbooks: searchRunbooks(runbooks, search).map((runbook) => offeredRunbook(runbook, catalogue)),
  known: knownWords(runbooks),
});

export const offeredRunbook = ({ name, description, parameters, steps, triggers }: Runbook, catalogue: Catalogue): OfferedRunbook => ({
  name,
  description,
  tools: [...new Set(steps.map(({ tool }) => tool))],
  needsNodes: steps.some(({ tool }) => catalogue.get(tool).requiresTarget),
  parameters: parameters.map(shown),
  triggers: [...triggers],
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
