/** Implements `muster policy`, which evaluates the rules of this machine without a daemon. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import type { ApprovalMode } from "../changes/policy/approval-mode.ts";
import { loadCases, ownCases, runCase } from "../changes/policy/cases.ts";
import { loadPolicy, type Policy, type PolicySettings } from "../changes/policy/policy.ts";
import { policySettings } from "../changes/policy/settings.ts";
import type { CaseLine, PolicyExplanation, PolicyPlace, Proposer, RuleLine } from "../cli/local-commands.ts";
import { Config, loadConfig } from "../config/config.ts";
import { Plan, type QuorumGroup } from "../contract/changes/plan.ts";
import { MusterError } from "../errors/errors.ts";

/**
 * Tests the rules. A file of test cases tests all rules. Otherwise only Muster's own rules are tested, with Muster's own test
 * cases.
 */
export function testPolicy(file: string | undefined, place: PolicyPlace, configFile: string | undefined): CaseLine[] {
  const settings = settingsOf(place, configFile);
  loadPolicy(settings);
  const asked: PolicySettings = file === undefined ? { folders: [], approvalMode: "policy" } : settings;
  const policies = new Map<ApprovalMode, Policy>();
  return loadCases(file ?? ownCases).map((wanted) => {
    const approvalMode = wanted.approvalMode ?? asked.approvalMode;
    const policy = policies.get(approvalMode) ?? loadPolicy({ ...asked, approvalMode });
    policies.set(approvalMode, policy);
    const { ok, expected, decision } = runCase(wanted, policy);
    return { case: wanted.case, ok, expected: told(expected), decided: told(decision), reasons: decision.reasons };
  });
}

export function explainPolicy(file: string, who: Proposer, place: PolicyPlace, configFile: string | undefined): PolicyExplanation {
  const policy = loadPolicy(settingsOf(place, configFile));
  const plan = readPlan(file);
  return {
    who,
    inputs: { readOnly: plan.readOnly, tainted: plan.tainted, nodes: plan.targets.length, approvalMode: policy.approvalMode },
    steps: policy.verdicts(plan, who).map(({ step, verdict }) => ({
      id: step.id,
      tool: step.tool,
      target: step.target,
      risk: step.risk,
      scope: step.scope,
      answer: verdict.answer,
      rules: [...verdict.rules],
    })),
    decision: policy.decide(plan, who),
  };
}

export const policyRules = (place: PolicyPlace, configFile: string | undefined): RuleLine[] =>
  loadPolicy(settingsOf(place, configFile)).rules.map(({ id, effect, quorum, file, text }) => ({
    id,
    effect,
    quorum: people(quorum),
    file,
    text,
  }));

function settingsOf({ rules }: PolicyPlace, configFile: string | undefined): PolicySettings {
  const config = configFile === undefined ? Config.parse({}) : loadConfig(configFile);
  const settings = policySettings(config.changes, process.env);
  return { ...settings, folders: [...settings.folders, ...rules] };
}

/** Reads a plan from the JSON output of Muster. The JSON may contain the plan alone, or the plan inside a larger object. */
function readPlan(file: string): Plan {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    const work = z.object({ plan: Plan }).safeParse(value);
    return work.success ? work.data.plan : Plan.parse(value);
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? new Error(z.prettifyError(cause)) : cause;
    throw new MusterError("REQUEST_INVALID", `${file} is not a plan`, { cause: reason });
  }
}

function told({ answer, rule, quorum = [] }: { answer: string; rule: string; quorum?: readonly QuorumGroup[] | undefined }): string {
  return `${answer} by ${rule}${quorum.length > 0 ? ` (${people(quorum)})` : ""}`;
}

const people = (quorum: readonly QuorumGroup[]): string => quorum.map(({ role, count }) => `${role}:${count}`).join(", ");
