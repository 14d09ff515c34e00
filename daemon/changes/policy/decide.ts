/**
 * Combines two answers of the policy engine Cedar into one verdict: allow, deny or needs approval. Combines the
 * verdicts of all steps into one decision. The functions are pure, because the caller passes Cedar as a function.
 */
import type { Decision, Plan, PlanStep, QuorumGroup } from "../../contract/changes/plan.ts";
import type { ApprovalMode, ProdByHand } from "./approval-mode.ts";
import { type PolicyQuestion, questionFor, type Who } from "./question.ts";
import { mergeQuorums, usualQuorum } from "./quorum-groups.ts";

/** Cedar's answer, and the rules that led to the answer. `failed` is set if Cedar could not evaluate the request. */
export type CedarAnswer = { decision: "allow" | "deny"; rules: readonly string[] } | { failed: string };

export interface Rules {
  ask(question: PolicyQuestion): CedarAnswer;
  quorumOf(rule: string): readonly QuorumGroup[];
  adviceOf(rule: string): string | undefined;
  namesNodes: boolean;
  approvalMode: ApprovalMode;
  prodByHand: ProdByHand;
  version: string;
}

export interface PolicyVerdict {
  answer: Decision["answer"];
  /** All rules that led to the answer. The first rule is shown as the deciding rule. */
  rules: readonly string[];
  quorum: readonly QuorumGroup[];
  problem?: string;
}

export interface StepVerdict {
  step: PlanStep;
  verdict: PolicyVerdict;
}

const rank = { allow: 0, "needs-approval": 1, deny: 2 } as const;

export function decide(plan: Plan, who: Who, rules: Rules): Decision {
  const verdicts = verdictsOf(plan, who, rules);
  const answer = verdicts.reduce<Decision["answer"]>(
    (worst, { verdict }) => (rank[verdict.answer] > rank[worst] ? verdict.answer : worst),
    verdicts.length > 0 ? "allow" : "needs-approval",
  );
  const deciding = verdicts.filter(({ verdict }) => verdict.answer === answer).map(({ verdict }) => verdict);
  const rule = deciding[0]?.rules[0] ?? "unmatched";
  const advice = answer === "deny" ? rules.adviceOf(rule) : undefined;
  return {
    answer,
    rule,
    reasons: [...reasonsOf(verdicts), ...(advice === undefined ? [] : [advice])],
    quorum: answer === "needs-approval" ? mergeQuorums(deciding.length > 0 ? deciding.map(({ quorum }) => quorum) : [usualQuorum]) : [],
    policyVersion: rules.version,
  };
}

/** The policy also applies to rollback steps, so a forbidden step is forbidden in a rollback too. */
export function verdictsOf(plan: Plan, who: Who, rules: Rules): StepVerdict[] {
  const asked = new Map<string, PolicyVerdict>();
  const steps = [...plan.steps.map((step) => ({ step, rollback: false })), ...plan.rollback.map(({ step }) => ({ step, rollback: true }))];
  return steps.map(({ step, rollback }) => {
    const node = rules.namesNodes ? step.target : step.target !== undefined;
    const alike = JSON.stringify([
      step.tool,
      step.risk,
      step.scope,
      step.unlabelled,
      step.choosesHosts,
      step.method,
      step.parameters,
      node,
      rollback,
    ]);
    const verdict =
      asked.get(alike) ?? verdictOf({ plan, step, rollback, who, approvalMode: rules.approvalMode, prodByHand: rules.prodByHand }, rules);
    asked.set(alike, verdict);
    return { step, verdict };
  });
}

/**
 * First asks the policy engine Cedar about the plan as if it had no approval. If Cedar does not allow the step, asks
 * Cedar again as if people had approved the plan. Denies the step if the second answer names a rule that forbids the
 * step. If no rule mentions the step, Cedar denies it twice without naming a rule, and the step needs approval. Cedar
 * skips a rule that fails during evaluation, even a `forbid` rule. Muster therefore denies the step if any rule fails.
 */
function verdictOf(asked: Parameters<typeof questionFor>[0], rules: Rules): PolicyVerdict {
  const without = rules.ask(questionFor(asked, false, rules.namesNodes));
  if ("failed" in without) return failure(without.failed);
  if (without.decision === "allow") return { answer: "allow", rules: without.rules, quorum: [] };
  const approved = rules.ask(questionFor(asked, true, rules.namesNodes));
  if ("failed" in approved) return failure(approved.failed);
  if (approved.decision === "deny" && approved.rules.length > 0) return { answer: "deny", rules: approved.rules, quorum: [] };
  // The second answer also names `permit` rules that require no approval, so only rules with a quorum count.
  const asking = [...without.rules, ...approved.rules.filter((rule) => rules.quorumOf(rule).length > 0)];
  const deciding = asking.length > 0 ? asking : approved.rules;
  const quorum = mergeQuorums(deciding.map((rule) => rules.quorumOf(rule)));
  return {
    answer: "needs-approval",
    rules: deciding.length > 0 ? deciding : ["unmatched"],
    quorum: quorum.length > 0 ? quorum : usualQuorum,
  };
}

const failure = (problem: string): PolicyVerdict => ({ answer: "deny", rules: ["policy-error"], quorum: [], problem });

/** Returns the reasons for the decision. Steps that differ only in their nodes share one line. */
function reasonsOf(verdicts: readonly StepVerdict[]): string[] {
  const groups = new Map<string, { line: (nodes: string) => string; nodes: string[] }>();
  for (const { step, verdict } of verdicts) {
    const { answer, rules, problem } = verdict;
    const what = `${step.tool}, a ${step.risk} in ${step.scope}`;
    const by = problem ?? `by ${rules.join(", ")}`;
    const group = groups.get(`${what}\n${answer}\n${by}`) ?? { line: (on) => `${words[answer]}: ${what}${on}, ${by}`, nodes: [] };
    if (step.target !== undefined) group.nodes.push(step.target);
    groups.set(`${what}\n${answer}\n${by}`, group);
  }
  return [...groups.values()].map(({ line, nodes }) => line(onNodes([...new Set(nodes)])));
}

const words = { allow: "allowed", "needs-approval": "needs approval", deny: "denied" } as const;

function onNodes(nodes: readonly string[]): string {
  if (nodes.length === 0) return "";
  const [first, second, third] = nodes;
  if (nodes.length <= 3) return ` on ${nodes.join(", ")}`;
  return ` on ${first}, ${second}, ${third} and ${nodes.length - 3} more`;
}
