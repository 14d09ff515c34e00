/**
 * Makes one step of a plan from a tool, its values and a machine. The step contains all facts that are known before the
 * run. The functions of this file are pure.
 */
import type { Digest, PlanStep } from "../../contract/changes/plan.ts";
import type { Values } from "../../contract/changes/tool.ts";
import { callOf, parametersFor, showCall } from "../tools/command.ts";
import type { ToolForm } from "../tools/form.ts";
import { checkOptions } from "../tools/playbook-options.ts";
import type { PlaybookFacts, Playbooks } from "../tools/playbooks.ts";
import { riskOf } from "../tools/risk.ts";
import { isUnlabelled, type KnownNode, listed, type NodeValues, scopeOf, targetOf } from "./targets.ts";

/** The methods that reach a node by values of the inventory. */
const INSIDE: ReadonlySet<string> = new Set(["ssh", "ansible", "winrm"]);
const PREVIEW_CHARACTERS = 4096;

interface Wanted {
  id: string;
  form: ToolForm;
  digest: Digest;
  parameters: Values;
  node: KnownNode | undefined;
  playbooks: Playbooks;
}

export function stepOf({ id, form, digest, parameters: given, node, playbooks }: Wanted): PlanStep {
  const parameters = parametersFor(form, given);
  const call = callOf(form, parameters, node && targetOf(node));
  const facts = call.kind === "playbook" ? playbooks(call.playbook) : undefined;
  if (call.kind === "playbook") checkOptions(call.playbook, call.options, facts);
  const values = INSIDE.has(form.method) ? node?.values?.() : undefined;
  const risk = riskOf(form, parameters, playbooks);
  return {
    id,
    tool: form.name,
    toolDigest: digest,
    ...(facts && { content: facts.content }),
    ...(values && { values: values.digest }),
    method: form.method,
    ...(node && { target: node.name }),
    parameters,
    risk,
    // A step without a node has no group, so it counts as prod.
    // So does a step that chooses its hosts, because it can choose any of them.
    scope: node && !facts?.addsHosts ? scopeOf(node) : "prod",
    ...(node && !facts?.addsHosts && isUnlabelled(node) && { unlabelled: true as const }),
    ...(facts?.addsHosts && { choosesHosts: true as const }),
    after: [],
    timeoutSeconds: form.timeoutSeconds,
    expectedSeconds: form.expectedSeconds,
    costUsd: risk === "read" ? 0 : form.costUsd,
    preview: previewOf(form, showCall(call) + secretsInWords(facts) + hostsInWords(facts), values),
  };
}

/** Names the secrets that the executor adds to the variables of a playbook. */
const secretsInWords = ({ variables = {} }: Pick<PlaybookFacts, "variables"> = {}): string =>
  Object.entries(variables)
    .flatMap(([name, each]) => ("secret" in each ? [`, ${name} from the secret ${each.secret}`] : []))
    .join("");

const hostsInWords = ({ addsHosts }: Pick<PlaybookFacts, "addsHosts"> = {}): string =>
  addsHosts ? `, NOT LIMITED to its node: the playbook adds hosts itself, and its plays are for ${listed(addsHosts) || "no hosts"}` : "";

/** Names the values without showing them, because they may be passwords. */
const valuesInWords = (values: NodeValues | undefined): string =>
  values === undefined || values.count === 0
    ? ""
    : `, with ${values.count} ${values.count === 1 ? "variable" : "variables"} of the inventory (muster inventory show)`;

/** A preview that is too long is cut off. People cannot see all of a shortened preview, so such a preview counts as `none`. */
function previewOf(form: ToolForm, call: string, values: NodeValues | undefined): PlanStep["preview"] {
  const text = call + (form.method === "ssh" ? "" : valuesInWords(values));
  if (text.length > PREVIEW_CHARACTERS) return { kind: "none", text: `${text.slice(0, PREVIEW_CHARACTERS - 1)}…` };
  return { kind: form.preview, text };
}
