/**
 * Performs one step of a plan with the method of the step. The command is built from the executor's own copy of the tool
 * form. Only the executor can read the secrets.
 */

import type { Catalogue } from "../../changes/tools/catalogue.ts";
import { type Call, callOf } from "../../changes/tools/command.ts";
import type { ToolForm } from "../../changes/tools/form.ts";
import type { Digest, Plan, PlanStep, Target } from "../../contract/changes/plan.ts";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import { nothing } from "../kept-output.ts";
import type { ProcessPlace } from "../lasting-process.ts";
import type { AnsibleSettings } from "../runs/ansible.ts";
import { runAnsible } from "./ansible-run.ts";
import { readOnly } from "./database.ts";
import { type StepEnd, StepFailure } from "./ending.ts";
import { runHttp } from "./http.ts";
import { runCommand, scrubbed } from "./local-command.ts";
import { requireHere, requireThere } from "./needed-programs.ts";
import { withGuardedPassword } from "./psql-password.ts";
import type { Secrets } from "./secrets.ts";
import type { SshLines } from "./ssh.ts";
import type { SshPlace } from "./ssh-line.ts";

export interface StepMeans {
  ansible: AnsibleSettings;
  ssh: SshLines;
  secrets: Secrets;
  /** Returns the digest of the values that the inventory gives a node now. */
  valuesNow(node: string): Digest | undefined;
  /** Returns the address of a node's sshd, the login user and the pinned host key. */
  sshPlace(target: Target): SshPlace;
  /** Returns the time between SIGTERM and SIGKILL in milliseconds. The time is shorter when the daemon stops. */
  graceMs(): number;
  /** When this `AbortSignal` is aborted, this executor ends. It stops the steps that have no process of their own. */
  leaving: AbortSignal;
  /** When this `AbortSignal` is aborted, another executor takes over. Commands stay at work. */
  abandoned: AbortSignal;
  log: Log;
}

export interface StepOf {
  executionId: string;
  plan: Plan;
  step: PlanStep;
  catalogue: Pick<Catalogue, "get" | "playbook">;
  place: ProcessPlace;
  /** Asks control to perform one of Muster's own actions (acts). */
  act(signal: AbortSignal): Promise<StepEnd>;
}

/** The extra seconds that the executor waits for an SSH step. The remote machine itself ends the command at its time limit. */
const LATER_SECONDS = 25;

/** Returns true if a process does the work of the step. Such a process outlives the executor. */
export const hasOwnProcess = ({ method }: PlanStep): boolean => method !== "ssh" && method !== "http" && method !== "act";

/** The time limit of the question which programs a node has. */
const QUESTION_SECONDS = 20;

/** Performs a step and returns its result. The promise never rejects, because a failure is also a result. */
export async function performStep(of: StepOf, means: StepMeans, signal: AbortSignal): Promise<StepEnd> {
  const { step } = of;
  const stop = new AbortController();
  const cancel = () => stop.abort("cancelled");
  const cancelling = hasOwnProcess(step) ? signal : AbortSignal.any([signal, means.leaving]);
  if (cancelling.aborted) cancel();
  cancelling.addEventListener("abort", cancel, { once: true });
  const seconds = step.timeoutSeconds + (step.method === "ssh" ? LATER_SECONDS : 0);
  const timer = setTimeout(() => stop.abort("timed-out"), seconds * 1000);
  try {
    const form = of.catalogue.get(step.tool);
    const target = targetOf(of);
    const ended = answered(await perform(callOf(form, step.parameters, target), form, target, of, means, stop.signal), form);
    return ended.status === "cancelled" && !signal.aborted ? { ...ended, error: "Muster was stopped" } : ended;
  } catch (error) {
    return { status: "failed", said: nothing, error: explain(error) };
  } finally {
    clearTimeout(timer);
    cancelling.removeEventListener("abort", cancel);
  }
}

/**
 * Treats an allowed exit code as a success, because some programs give their answer as an exit code. For example, a ping
 * without a reply is a valid answer.
 */
function answered(ended: StepEnd, { answerCodes }: ToolForm): StepEnd {
  if (ended.status !== "failed" || !answerCodes.some((code) => code === ended.exitCode)) return ended;
  return { status: "succeeded", ...(ended.exitCode !== undefined && { exitCode: ended.exitCode }), said: ended.said };
}

function targetOf({ plan, step }: StepOf): Target | undefined {
  if (step.target === undefined) return undefined;
  const target = plan.targets.find(({ node }) => node === step.target);
  if (!target) throw new StepFailure(`${step.target} is not a target of the plan`);
  return target;
}

async function perform(
  call: Call,
  form: ToolForm,
  target: Target | undefined,
  of: StepOf,
  means: StepMeans,
  signal: AbortSignal,
): Promise<StepEnd> {
  const { step, place, executionId } = of;
  const { timeoutSeconds } = step;
  const limits = { capBytes: form.outputCapBytes, graceMs: means.graceMs, abandoned: means.abandoned, log: means.log };
  switch (call.kind) {
    case "act":
      return of.act(signal);
    case "request": {
      const { verb, url, body } = call;
      const headers = headersOf(call, form, means);
      const work = { method: verb, url, headers, ...(body && { body: JSON.stringify(body) }), allowLoopback: false };
      return runHttp(work, limits.capBytes, signal);
    }
    case "playbook":
    case "module": {
      if (call.kind === "playbook") requireSame(call.playbook, of);
      requireSameValues(of, means);
      const work = { executionId, node: required(target).node, timeoutSeconds, unlimited: step.choosesHosts };
      return runAnsible(call, { work, step, place }, means.ansible, limits, signal);
    }
    case "command": {
      if (form.method === "ssh") {
        requireSameValues(of, means);
        const settings = Object.entries(call.environment).map(([name, value]) => `${name}=${value}`);
        const argv = settings.length > 0 ? ["env", ...settings, ...call.argv] : call.argv;
        const sshPlace = means.sshPlace(required(target));
        const run = (words: readonly string[], seconds: number) =>
          means.ssh.run(sshPlace, words, { ...limits, timeoutSeconds: seconds }, signal);
        const notAsked = await requireThere(form.programs, sshPlace.node, (words) => run(words, QUESTION_SECONDS));
        return notAsked ?? run(argv, timeoutSeconds);
      }
      requireHere(form.programs);
      const own = { ...call.environment, ...environmentSecrets(form, means) };
      const { argv, env } = form.method === "database" ? readOnly(call.argv, own, timeoutSeconds) : { argv: call.argv, env: own };
      return runCommand(argv, { env: scrubbed(await withGuardedPassword(argv, env)) }, place, limits, signal);
    }
  }
}

/**
 * Checks the content of the playbook again before the step. The execution was checked before all steps, and earlier steps may
 * have taken an hour.
 */
function requireSame(playbook: string, { catalogue, step }: StepOf): void {
  if (catalogue.playbook(playbook)?.content === step.content) return;
  throw new StepFailure(`playbook ${playbook}, or what it uses, was changed since it was planned, so it was not run; propose it again`);
}

/** Checks the values of the node again before the step, for the same reason. */
function requireSameValues({ step }: StepOf, { valuesNow }: StepMeans): void {
  if (step.values === undefined || step.target === undefined || valuesNow(step.target) === step.values) return;
  throw new StepFailure(
    `the values that the inventory gives ${step.target} were changed since it was planned, so it was not run; propose it again`,
  );
}

function required(target: Target | undefined): Target {
  if (!target) throw new StepFailure("the step has no target");
  return target;
}

function headersOf(call: Extract<Call, { kind: "request" }>, form: ToolForm, { secrets }: StepMeans): Record<string, string> {
  const secret = form.secrets.flatMap((reference) =>
    "header" in reference ? [[reference.header.toLowerCase(), `${reference.prefix}${secrets.value(reference.name)}`]] : [],
  );
  return { ...call.headers, ...(call.body && { "content-type": "application/json" }), ...Object.fromEntries(secret) };
}

/** Returns the secrets for the environment. Omits an empty secret, because a database may need no password. */
function environmentSecrets(form: ToolForm, { secrets }: StepMeans): Record<string, string> {
  const given = form.secrets.flatMap((reference) =>
    "environment" in reference ? [[reference.environment, secrets.value(reference.name)]] : [],
  );
  return Object.fromEntries(given.filter(([, value]) => value !== ""));
}
