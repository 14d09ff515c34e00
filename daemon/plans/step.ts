/** One step of a plan: a tool with its values on one machine, with everything that can be known of it beforehand. Pure. */
import type { Digest, PlanStep } from "../contract/plan.ts";
import type { Values } from "../contract/tool.ts";
import { callOf, parametersFor, showCall } from "../tools/command.ts";
import type { ToolForm } from "../tools/form.ts";
import { riskOf } from "../tools/risk.ts";
import { type KnownNode, scopeOf, targetOf } from "./targets.ts";

const PREVIEW_CHARACTERS = 4096;

interface Wanted {
  id: string;
  form: ToolForm;
  digest: Digest;
  parameters: Values;
  node: KnownNode | undefined;
}

export function stepOf({ id, form, digest, parameters: given, node }: Wanted): PlanStep {
  const parameters = parametersFor(form, given);
  const risk = riskOf(form, parameters);
  return {
    id,
    tool: form.name,
    toolDigest: digest,
    method: form.method,
    ...(node && { target: node.name }),
    parameters,
    risk,
    // Where it happens nobody has labelled.
    scope: node ? scopeOf(node) : "prod",
    after: [],
    timeoutSeconds: form.timeoutSeconds,
    expectedSeconds: form.expectedSeconds,
    costUsd: risk === "read" ? 0 : form.costUsd,
    preview: previewOf(form, parameters, node),
  };
}

/** What does not fit is not shown, and what is not shown is not known. */
function previewOf(form: ToolForm, parameters: Values, node: KnownNode | undefined): PlanStep["preview"] {
  const text = showCall(callOf(form, parameters, node && targetOf(node)));
  if (text.length > PREVIEW_CHARACTERS) return { kind: "none", text: `${text.slice(0, PREVIEW_CHARACTERS - 1)}…` };
  return { kind: form.preview, text };
}
