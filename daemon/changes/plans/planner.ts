/**
 * Makes the plan for a proposal. The function is pure: the same proposal for the same machines and forms always
 * produces the same bytes. The policy decides later whether the plan may run.
 */
import type { IncidentWords } from "../../contract/changes/incident.ts";
import type { KeptProposal, Plan, PlanStep, Proposal } from "../../contract/changes/plan.ts";
import type { Values } from "../../contract/changes/tool.ts";
import { optionsInWords } from "../../contract/jobs/run-options.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Catalogue } from "../tools/catalogue.ts";
import { parametersFor } from "../tools/command.ts";
import type { ToolForm } from "../tools/form.ts";
import { checkParameters } from "../tools/parameter.ts";
import { runOptions } from "../tools/playbook-options.ts";
import { remembering } from "../tools/playbooks.ts";
import { type Draft, draftOfTool, draftsOfRunbook } from "./drafts.ts";
import { runbookFor } from "./find-runbooks.ts";
import { remainingPlan } from "./remaining-plan.ts";
import { rollbackOf } from "./rollback.ts";
import type { Runbooks } from "./runbook.ts";
import { stepOf } from "./step.ts";
import { chooseNodes, type KnownNode, listed, targetOf, unfit } from "./targets.ts";

export interface World {
  catalogue: Catalogue;
  runbooks: Runbooks;
  nodes: readonly KnownNode[];
}

const MAX_STEPS = 5000;

/** `field` is the name of the request field that lists the nodes. Error messages about nodes begin with `field`. */
export function makePlan(proposal: KeptProposal, world: World, field = "targets"): Plan {
  const plan = wholePlan(proposal, world, field);
  return proposal.resume ? remainingPlan(plan, proposal.resume) : plan;
}

function wholePlan(proposal: Proposal, { catalogue, runbooks, nodes }: World, field: string): Plan {
  const { goal, summary, drafts } = wanted(proposal, catalogue, runbooks);
  const name = goal.kind === "tool" ? goal.tool : goal.runbook;
  const forms = drafts.map(({ tool }) => catalogue.get(tool));
  const { fit, leftOut } = fitNodes(proposal, name, forms, nodes, field);
  const places: (KnownNode | undefined)[] = fit.length > 0 ? fit : [undefined];

  const playbooks = remembering(catalogue.playbook);
  const steps: PlanStep[] = [];
  const shared = new Map<Draft, PlanStep>();
  const made: { draft: Draft; step: PlanStep; node: KnownNode | undefined }[] = [];
  let lastChange: PlanStep | undefined;
  for (const node of places) {
    const here = new Map<string, PlanStep>();
    for (const draft of drafts) {
      const form = catalogue.get(draft.tool);
      const once = shared.get(draft);
      if (once) {
        here.set(draft.name, once);
        continue;
      }
      const place = form.requiresTarget ? node : undefined;
      const earlier = [...here.values()];
      const step = stepOf({
        id: String(steps.length + 1),
        form,
        digest: catalogue.digest(form.name),
        parameters: draft.parameters,
        node: place,
        playbooks,
      });
      const looking = step.risk === "read";
      const before =
        draft.after?.flatMap((name) => here.get(name) ?? []) ?? (looking ? earlier.filter(({ risk }) => risk !== "read") : earlier);
      // Changes run on one machine at a time, so that a failure on the first machine spares the other machines.
      const after = [...before, ...(!looking && lastChange ? [lastChange] : [])].map(({ id }) => id);
      step.after = [...new Set(after)].toSorted((a, b) => Number(a) - Number(b));
      if (!looking) lastChange = step;
      here.set(draft.name, step);
      if (!place) shared.set(draft, step);
      steps.push(step);
      made.push({ draft, step, node: place });
      if (steps.length > MAX_STEPS) throw new MusterError("REQUEST_INVALID", `${field}: more than ${MAX_STEPS} steps; name fewer nodes`);
    }
  }
  const unlimited = steps.filter(({ choosesHosts }) => choosesHosts);
  if (unlimited.length > 1 && fit.length > 1)
    throw new MusterError("PARAMETER_INVALID", `${field}: the playbook adds hosts itself and is not limited to its node; name one node`);
  return {
    version: 1,
    goal,
    summary: [
      `${summary}${fit.length > 0 ? ` on ${listed(fit.map(({ name }) => name))}` : ""}`,
      ...(unlimited.length > 0 ? ["not limited to it: the playbook adds hosts itself"] : []),
      ...leftOut.map((reason) => `left out: ${reason}`),
    ].join("; "),
    targets: fit.map(targetOf),
    steps,
    rollback: rollbackOf(made, catalogue, playbooks),
    readOnly: proposal.readOnly,
    tainted: proposal.tainted,
  };
}

function wanted({ goal }: Proposal, catalogue: Catalogue, runbooks: Runbooks): { goal: Plan["goal"]; summary: string; drafts: Draft[] } {
  if (goal.kind === "tool") {
    const form = catalogue.get(goal.tool);
    const parameters = parametersFor(form, goal.parameters);
    return { goal: { ...goal, parameters }, summary: nameOf(form, parameters), drafts: [draftOfTool(form, parameters)] };
  }
  const runbook = goal.kind === "runbook" ? runbooks.get(goal.runbook) : runbookFor(runbooks, wordsOf(goal));
  const parameters: Values = checkParameters(runbook.name, runbook.parameters, goal.parameters);
  const drafts = draftsOfRunbook(runbook, parameters);
  if (drafts.length === 0) throw new MusterError("PARAMETER_INVALID", `${runbook.name}: no step applies with these parameters`);
  const over = runbook.success.filter(({ step }) => drafts.some(({ name }) => name === step)).map(({ means }) => `done when ${means}`);
  return {
    goal: { kind: "runbook", runbook: runbook.name, parameters },
    summary: over.length > 0 ? `${runbook.name} (${over.join(", ")})` : runbook.name,
    drafts,
  };
}

const wordsOf = ({ kind: _, parameters: __, ...words }: Extract<Proposal["goal"], { kind: "incident" }>): IncidentWords => words;

/** The name of the tool, and the playbook with its options, because the audit shows only the summary of a plan. */
function nameOf(form: ToolForm, parameters: Values): string {
  const { action, name } = form;
  if (action.kind !== "playbook") return name;
  const words = optionsInWords(runOptions(action, (parameter) => parameters[parameter]).options);
  return words === "" ? name : `${name} (${String(parameters.playbook ?? action.name)}${words})`;
}

/**
 * Every step must be possible on every machine that the proposal names. Unsuitable machines of a group are left out,
 * and the plan lists them.
 */
function fitNodes(
  proposal: Proposal,
  name: string,
  forms: readonly ToolForm[],
  nodes: readonly KnownNode[],
  field: string,
): { fit: KnownNode[]; leftOut: string[] } {
  const needsTarget = forms.some(({ requiresTarget }) => requiresTarget);
  const { nodes: chosen, byName } = chooseNodes(proposal.targets, nodes);
  if (!needsTarget && proposal.targets.length > 0)
    throw new MusterError("PARAMETER_INVALID", `${field}: ${name} takes no node; remove them from the request`);
  if (needsTarget && proposal.targets.length === 0)
    throw new MusterError("PARAMETER_INVALID", `${field}: ${name} needs nodes: their names, group:NAME or all`);
  const fit: KnownNode[] = [];
  const leftOut: string[] = [];
  for (const node of chosen) {
    const reason = forms
      .filter(({ requiresTarget }) => requiresTarget)
      .map((form) => unfit(node, form, byName.has(node.name)))
      .find((found) => found !== undefined);
    if (reason === undefined) fit.push(node);
    else if (byName.has(node.name)) throw new MusterError("NODE_WRONG_PHASE", `${field}: ${reason}`);
    else leftOut.push(reason);
  }
  if (needsTarget && fit.length === 0)
    throw new MusterError(
      "NODE_WRONG_PHASE",
      `${field}: ${name} cannot be used on any of them${leftOut.length > 0 ? `: ${listed(leftOut)}` : ""}`,
    );
  return { fit, leftOut };
}
