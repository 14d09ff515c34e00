/** Runs the Ansible of a step. Ansible's own counts decide whether a playbook succeeded, because the exit code alone does not. */
import type { Call } from "../../changes/tools/command.ts";
import type { PlanStep } from "../../contract/changes/plan.ts";
import type { ProcessPlace } from "../lasting-process.ts";
import type { AnsibleSettings } from "../runs/ansible.ts";
import { recapFrom } from "../runs/recap.ts";
import { removeVariables, secretsFor, writeVariables } from "../runs/variables-file.ts";
import { type AnsibleWork, ansibleStep, eventsOf, pathOf } from "./ansible-step.ts";
import type { StepEnd } from "./ending.ts";
import { type CommandLimits, runCommand } from "./local-command.ts";

type AnsibleCall = Extract<Call, { kind: "playbook" | "module" }>;

interface AnsibleStep {
  work: AnsibleWork;
  step: PlanStep;
  place: ProcessPlace;
}

type Judged = Pick<PlanStep, "content" | "target" | "parameters" | "risk" | "choosesHosts">;

const variablesFile = ({ base }: Pick<ProcessPlace, "base">): string => `${base}.variables.yaml`;

export async function runAnsible(
  call: AnsibleCall,
  { work, step, place }: AnsibleStep,
  ansible: AnsibleSettings,
  limits: CommandLimits & { capBytes: number },
  signal: AbortSignal,
): Promise<StepEnd> {
  const variables =
    call.kind === "playbook"
      ? writeVariables(variablesFile(place), call.options?.variables, secretsFor(pathOf(call.playbook), ansible))
      : undefined;
  const { argv, env, cwd } = ansibleStep(call, work, ansible, place, variables);
  return ansibleEnd(await runCommand(argv, { env, cwd }, place, limits, signal), step, place);
}

/** Completes the end of a step, also of a step that an earlier executor started. */
export function ansibleEnd(end: StepEnd, step: Judged, place: ProcessPlace): StepEnd {
  removeVariables(variablesFile(place));
  // Only steps with a playbook have the digest of a playbook. Only a success can be a false one.
  if (step.content === undefined || end.status !== "succeeded") return end;
  const problem = problemOf(step, eventsOf(place));
  return problem === undefined ? end : { ...end, status: "failed", error: problem };
}

function problemOf({ target = "", parameters, risk, choosesHosts }: Judged, events: string): string | undefined {
  const { recap } = recapFrom(events);
  if (recap === undefined) return "Ansible ended without a report to Muster, so what it did is not known";
  const isPreview = parameters.check === true;
  if (choosesHosts) {
    const others = Object.entries(recap).filter(([host, { ok }]) => host !== "localhost" && (ok > 0 || isPreview));
    return others.length > 0 ? undefined : "the playbook ran on no host that it added: its other plays matched no host";
  }
  const counts = recap[target];
  // A preview runs no task of a playbook that consists only of commands.
  if (!counts || (counts.ok === 0 && !isPreview))
    return `the playbook ran on no host: ${target} matched none of its plays, or no task ran on it`;
  if (risk === "read" && !isPreview && counts.changed > 0)
    return `the playbook is declared read-only, but ${counts.changed} tasks changed something`;
  return undefined;
}
