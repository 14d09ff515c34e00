/** Loads Muster's own policy rules and those of the site, and validates them against the schema. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { checkParseSchema, preparsePolicySet, preparseSchema, statefulIsAuthorized, validate } from "@cedar-policy/cedar-wasm/nodejs";
import type { Decision, Digest, Plan } from "../../contract/changes/plan.ts";
import type { ApprovalMode, ProdByHand } from "./approval-mode.ts";
import { type CedarAnswer, decide, type Rules, type StepVerdict, verdictsOf } from "./decide.ts";
import type { PolicyQuestion, Who } from "./question.ts";
import { invalid, type PolicyRule, type RuleFile, readRuleFiles, rulesOf } from "./rule-files.ts";

export type { Who } from "./question.ts";

export interface PolicySettings {
  /** Folders of the site that contain `.cedar` files. Muster always reads its own policy rules in addition. */
  folders: readonly string[];
  approvalMode: ApprovalMode;
  prodByHand?: ProdByHand;
}

export interface Policy {
  /** The digest of all files and settings that affect decisions. */
  version: Digest;
  rules: readonly PolicyRule[];
  approvalMode: ApprovalMode;
  decide(plan: Plan, who: Who): Decision;
  /** Returns the verdict of each step, to explain a decision. */
  verdicts(plan: Plan, who: Who): StepVerdict[];
}

export const ownRules = join(import.meta.dirname, "rules");
const schemaFile = join(import.meta.dirname, "schema.cedarschema");

export function loadPolicy({ folders, approvalMode, prodByHand = "policy" }: PolicySettings): Policy {
  const schema = readFileSync(schemaFile, "utf8");
  const all = [...new Set([ownRules, ...folders].map((folder) => resolve(folder)))];
  const files = all.flatMap(readRuleFiles);
  const rules = files.flatMap(rulesOf);
  check(rules, schema);
  const version = versionOf(schema, files, [approvalMode, prodByHand]);
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const asked: Rules = {
    ask: cedar(version, rules, schema),
    adviceOf: (id) => byId.get(id)?.advice,
    quorumOf: (id) => byId.get(id)?.quorum ?? [],
    namesNodes: rules.some(({ namesNodes }) => namesNodes),
    approvalMode,
    prodByHand,
    version,
  };
  return {
    version,
    rules,
    approvalMode,
    decide: (plan, who) => decide(plan, who, asked),
    verdicts: (plan, who) => verdictsOf(plan, who, asked),
  };
}

function check(rules: readonly PolicyRule[], schema: string): void {
  const seen = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const other = seen.get(rule.id);
    if (other) throw invalid(rule.file, `rule ${rule.id}: another rule has this id, in ${other.file}`);
    seen.set(rule.id, rule);
  }
  const parsed = checkParseSchema(schema);
  if (parsed.type === "failure") throw invalid(schemaFile, parsed.errors.map(({ message }) => message).join("; "));
  const result = validate({ schema, policies: { staticPolicies: textsOf(rules) } });
  if (result.type === "failure") throw invalid(ownRules, result.errors.map(({ message }) => message).join("; "));
  // Cedar warns about a rule that can never apply and about look-alike letters.
  // Muster treats every warning as an error in the policy.
  const problem = result.validationErrors[0] ?? result.validationWarnings[0];
  if (!problem) return;
  const { help } = problem.error;
  const message = problem.error.message.replace(/^for policy `[^`]*`[:,] /, "");
  throw invalid(seen.get(problem.policyId)?.file ?? ownRules, `rule ${problem.policyId}: ${message}${help ? ` (${help})` : ""}`);
}

/**
 * Cedar caches a parsed policy by name for the life of the process. The policy's version is its name, so each policy
 * has its own cache entry.
 */
function cedar(version: Digest, rules: readonly PolicyRule[], schema: string): (question: PolicyQuestion) => CedarAnswer {
  for (const parsed of [preparseSchema(version, schema), preparsePolicySet(version, { staticPolicies: textsOf(rules) })]) {
    if (parsed.type === "failure") throw invalid(ownRules, parsed.errors.map(({ message }) => message).join("; "));
  }
  const order = new Map(rules.map(({ id }, index) => [id, index]));
  return (question) => {
    const answer = statefulIsAuthorized({
      ...question,
      preparsedSchemaName: version,
      preparsedPolicySetId: version,
      validateRequest: true,
    });
    if (answer.type === "failure")
      return { failed: `the policy cannot be evaluated: ${answer.errors.map(({ message }) => message).join("; ")}` };
    const { decision, diagnostics } = answer.response;
    const error = diagnostics.errors[0];
    if (error) return { failed: `rule ${error.policyId} fails: ${error.error.message}` };
    return { decision, rules: diagnostics.reason.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)) };
  };
}

/** The digest uses file names without folders, because the executor may read the same files from another place. */
function versionOf(schema: string, files: readonly RuleFile[], modes: readonly string[]): Digest {
  const content = [schema, ...files.map(({ file, text }) => [basename(file), text]), ...modes];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

const textsOf = (rules: readonly PolicyRule[]) => Object.fromEntries(rules.map(({ id, text }) => [id, text]));
