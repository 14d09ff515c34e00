/** Reads a YAML table of expected policy answers and compares the table with the policy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import * as z from "zod";
import { Role } from "../../contract/admin/key.ts";
import { ByHand, type Decision, type Plan, type PlanStep, QuorumGroup } from "../../contract/changes/plan.ts";
import { Method, Risk, Scope, ToolName, Values } from "../../contract/changes/tool.ts";
import { MusterError } from "../../errors/errors.ts";
import { approvalModes } from "./approval-mode.ts";
import type { Policy } from "./policy.ts";

const CaseStep = z.strictObject({
  does: Risk,
  in: Scope.default("prod"),
  /** True if the node counts as prod only because it is in no group of a scope. */
  unlabelled: z.boolean().default(false),
  /** True if the step is a playbook that adds hosts itself. */
  choosesHosts: z.boolean().default(false),
  tool: ToolName.default("disk"),
  method: Method.default("ssh"),
  /** The node of the step, or null for a step on the executor's own machine. */
  node: z.string().nullable().default("n1"),
  parameters: Values.default({}),
  costUsd: z.number().min(0).default(0),
  /** True for a step that only undoes other steps. */
  rollback: z.boolean().default(false),
});

export const Case = z.strictObject({
  case: z.string().min(1),
  by: Role,
  name: z.string().default("somebody"),
  onBehalfOf: z.string().optional(),
  byHand: ByHand.optional(),
  steps: z.array(CaseStep),
  readOnly: z.boolean().default(false),
  tainted: z.boolean().default(false),
  approvalMode: z.enum(approvalModes).optional(),
  expect: z.strictObject({
    answer: z.enum(["allow", "needs-approval", "deny"]),
    rule: z.string(),
    quorum: z.array(QuorumGroup).optional(),
  }),
});
export type Case = z.output<typeof Case>;

export interface CaseResult {
  case: string;
  ok: boolean;
  expected: Case["expect"];
  decision: Decision;
}

export const ownCases = join(import.meta.dirname, "cases.yaml");

export function loadCases(file: string): Case[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("POLICY_INVALID", `cannot read ${file}`, { cause });
  }
  const document = parseDocument(text);
  const fault = document.errors[0];
  if (fault) throw new MusterError("POLICY_INVALID", `${file}: ${fault.message}`);
  const cases = z.array(Case).min(1).safeParse(plain(document, file));
  if (cases.success) return cases.data;
  const issue = cases.error.issues[0];
  const [index, ...field] = issue?.path ?? [];
  const where = typeof index === "number" ? `case ${index + 1}${field.length > 0 ? `, ${field.join(".")}` : ""}: ` : "";
  throw new MusterError("POLICY_INVALID", `${file}: ${where}${issue?.message ?? "is not a list of cases"}`);
}

/** Aliases may stand in the file, but only as long as they do not multiply it. */
function plain(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new MusterError("POLICY_INVALID", `${file}: its aliases repeat too much; write out their values`, { cause });
  }
}

export function runCase(wanted: Case, policy: Policy): CaseResult {
  const who = { keyId: "key of the case", name: wanted.name, role: wanted.by, onBehalfOf: wanted.onBehalfOf, byHand: wanted.byHand };
  const decision = policy.decide(planOf(wanted), who);
  const { answer, rule, quorum } = wanted.expect;
  const ok =
    decision.answer === answer && decision.rule === rule && (!quorum || JSON.stringify(decision.quorum) === JSON.stringify(quorum));
  return { case: wanted.case, ok, expected: wanted.expect, decision };
}

function planOf({ case: summary, steps, readOnly, tainted }: Case): Plan {
  const all = steps.map((step, index) => ({ step: stepOf(step, index), rollback: step.rollback }));
  const forward = all.filter(({ rollback }) => !rollback).map(({ step }) => step);
  const nodes = new Map(all.flatMap(({ step }) => (step.target === undefined ? [] : [[step.target, step.scope] as const])));
  return {
    version: 1,
    goal: { kind: "tool", tool: steps[0]?.tool ?? "disk", parameters: {} },
    summary,
    targets: [...nodes].map(([node, scope]) => ({ nodeId: node, node, scope })),
    steps: forward,
    rollback: all.filter(({ rollback }) => rollback).map(({ step }) => ({ undoes: forward[0]?.id ?? "1", step })),
    readOnly,
    tainted,
  };
}

const stepOf = (
  { does, in: scope, unlabelled, choosesHosts, tool, method, node, parameters, costUsd, rollback }: Case["steps"][number],
  index: number,
): PlanStep => ({
  id: `${rollback ? "r" : ""}${index + 1}`,
  tool,
  toolDigest: "0".repeat(64),
  method,
  ...(node !== null && { target: node }),
  parameters,
  risk: does,
  scope,
  ...(unlabelled && { unlabelled: true as const }),
  ...(choosesHosts && { choosesHosts: true as const }),
  after: [],
  timeoutSeconds: 60,
  expectedSeconds: 1,
  costUsd,
  preview: { kind: "none", text: "" },
});
