/** One step of a plan, by its method. Its command comes from the form, read by the executor itself; its secrets are known here alone. */

import type { Catalogue } from "../../changes/tools/catalogue.ts";
import { type Call, callOf } from "../../changes/tools/command.ts";
import type { ToolForm } from "../../changes/tools/form.ts";
import type { Plan, PlanStep, Target } from "../../contract/changes/plan.ts";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import { nothing } from "../kept-output.ts";
import type { Place } from "../lasting-process.ts";
import type { AnsibleSettings } from "../runs/ansible.ts";
import { ansibleStep } from "./ansible-step.ts";
import { readOnly } from "./database.ts";
import { type StepEnd, StepFailure } from "./ending.ts";
import { runHttp } from "./http.ts";
import { runCommand, scrubbed } from "./local-command.ts";
import type { Secrets } from "./secrets.ts";
import type { SshLines } from "./ssh.ts";
import type { SshPlace } from "./ssh-line.ts";

export interface StepMeans {
  ansible: AnsibleSettings;
  ssh: SshLines;
  secrets: Secrets;
  /** Where a node's sshd is, whom to log in as, and the key pinned for it. */
  sshPlace(target: Target): SshPlace;
  /** How long a step may take to end by itself once it was told to; less when the daemon stops. */
  graceMs(): number;
  log: Log;
}

export interface StepOf {
  executionId: string;
  plan: Plan;
  step: PlanStep;
  catalogue: Pick<Catalogue, "get" | "playbook">;
  place: Place;
  /** Lets control perform it, where it is an act of Muster's own. */
  act(signal: AbortSignal): Promise<StepEnd>;
}

/** For whatever runs on another machine, which keeps the step's time itself: ours comes after that. */
const LATER_SECONDS = 25;

/** Never rejects: what went wrong is an end too. */
export async function performStep(of: StepOf, means: StepMeans, signal: AbortSignal): Promise<StepEnd> {
  const { step } = of;
  const stop = new AbortController();
  const cancel = () => stop.abort("cancelled");
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const seconds = step.timeoutSeconds + (step.method === "ssh" ? LATER_SECONDS : 0);
  const timer = setTimeout(() => stop.abort("timed-out"), seconds * 1000);
  try {
    const form = of.catalogue.get(step.tool);
    const target = targetOf(of);
    return answered(await perform(callOf(form, step.parameters, target), form, target, of, means, stop.signal), form);
  } catch (error) {
    return { status: "failed", said: nothing, error: explain(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

/** Some programs answer by their exit code: that nobody answers a ping is what was asked for. */
function answered(ended: StepEnd, { answerCodes }: ToolForm): StepEnd {
  if (ended.status !== "failed" || !answerCodes.some((code) => code === ended.exitCode)) return ended;
  return { status: "succeeded", ...(ended.exitCode !== undefined && { exitCode: ended.exitCode }), said: ended.said };
}

function targetOf({ plan, step }: StepOf): Target | undefined {
  if (step.target === undefined) return undefined;
  const target = plan.targets.find(({ node }) => node === step.target);
  if (!target) throw new StepFailure(`${step.target} is no target of the plan`);
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
  const limits = { capBytes: form.outputCapBytes, graceMs: means.graceMs, log: means.log };
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
      const { argv, env, cwd } = ansibleStep(call, { executionId, node: required(target).node, timeoutSeconds }, means.ansible, place);
      return runCommand(argv, { env, cwd }, place, limits, signal);
    }
    case "command": {
      if (form.method === "ssh") {
        const settings = Object.entries(call.environment).map(([name, value]) => `${name}=${value}`);
        const argv = settings.length > 0 ? ["env", ...settings, ...call.argv] : call.argv;
        return means.ssh.run(means.sshPlace(required(target)), argv, { ...limits, timeoutSeconds }, signal);
      }
      const own = { ...call.environment, ...environmentSecrets(form, means) };
      const { argv, env } = form.method === "database" ? readOnly(call.argv, own, timeoutSeconds) : { argv: call.argv, env: own };
      return runCommand(argv, { env: scrubbed(env) }, place, limits, signal);
    }
  }
}

/** Steps before this one may have taken an hour, and the warrant looked before all of them. */
function requireSame(playbook: string, { catalogue, step }: StepOf): void {
  if (catalogue.playbook(playbook)?.content === step.content) return;
  throw new StepFailure(`playbook ${playbook}, or what it uses, was changed since it was planned: it was not run; propose it again`);
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

/** An empty one is none: a database may let us in without. */
function environmentSecrets(form: ToolForm, { secrets }: StepMeans): Record<string, string> {
  const given = form.secrets.flatMap((reference) =>
    "environment" in reference ? [[reference.environment, secrets.value(reference.name)]] : [],
  );
  return Object.fromEntries(given.filter(([, value]) => value !== ""));
}
