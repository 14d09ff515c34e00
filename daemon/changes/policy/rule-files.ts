/** Reads rule files. Each rule is one policy with its file, id and quorum. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DetailedError, policySetTextToParts, policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { QuorumGroup } from "../../contract/changes/plan.ts";
import { MusterError } from "../../errors/errors.ts";
import { parseQuorum } from "./quorum-groups.ts";

export interface PolicyRule {
  id: string;
  file: string;
  text: string;
  effect: "permit" | "forbid";
  quorum: QuorumGroup[];
  /** The next step for the requester of a plan that the rule denies. */
  advice?: string | undefined;
  /** True if the rule names a node or the node type, because the answer may then differ between nodes. */
  namesNodes: boolean;
}

export interface RuleFile {
  file: string;
  text: string;
}

/** Reserved ids, which stand for answers that no rule decided. */
const taken = ["unmatched", "policy-error"];
const known = ["id", "quorum", "advice"];
const ADVICE_CHARACTERS = 200;

export function readRuleFiles(folder: string): RuleFile[] {
  if (!existsSync(folder)) throw invalid(folder, "there is no such folder");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".cedar"))
    .sort()
    .map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), "utf8") }));
}

export function rulesOf({ file, text }: RuleFile): PolicyRule[] {
  const parts = policySetTextToParts(text);
  if (parts.type === "failure") throw invalid(file, parts.errors.map((error) => parseProblem(error, text)).join("; "));
  if (parts.policy_templates.length > 0) throw invalid(file, "holds a template: write `principal` and `resource` without a question mark");
  return parts.policies.map((policy, index) => ruleFrom(file, policy, index + 1));
}

function ruleFrom(file: string, text: string, number: number): PolicyRule {
  const parsed = policyToJson(text);
  if (parsed.type === "failure") throw invalid(file, `rule ${number}: ${parsed.errors.map(({ message }) => message).join("; ")}`);
  const annotations = parsed.json.annotations ?? {};
  const id = annotations.id;
  if (id === undefined || !/^[a-z][a-z0-9-]{1,60}$/.test(id))
    throw invalid(file, `rule ${number}: needs an annotation such as @id("no-reboot-at-night"): lower-case letters, digits and dashes`);
  if (taken.includes(id)) throw invalid(file, `rule ${id}: this id has a meaning of its own; choose another`);
  const strange = Object.keys(annotations).find((name) => !known.includes(name));
  if (strange !== undefined)
    throw invalid(file, `rule ${id}: @${strange} is not known; annotations are ${known.map((name) => `@${name}`).join(", ")}`);
  const { advice } = annotations;
  if (advice !== undefined && (advice === "" || advice.length > ADVICE_CHARACTERS || /\p{Cc}/u.test(advice)))
    throw invalid(file, `rule ${id}: @advice needs one line of 1 to ${ADVICE_CHARACTERS} characters`);
  return {
    id,
    file,
    text,
    ...(advice !== undefined && { advice }),
    effect: parsed.json.effect,
    quorum: annotations.quorum === undefined ? [] : quorumOf(file, id, annotations.quorum),
    namesNodes: JSON.stringify(parsed.json).includes('"Muster::Node"'),
  };
}

function quorumOf(file: string, id: string, text: string): QuorumGroup[] {
  try {
    return parseQuorum(text);
  } catch (cause) {
    throw new MusterError("POLICY_INVALID", `${file}: rule ${id}: @quorum("${text}")`, { cause });
  }
}

function parseProblem({ message, sourceLocations }: DetailedError, text: string): string {
  const at = sourceLocations?.[0];
  if (!at) return message;
  const line = Buffer.from(text).subarray(0, at.start).toString().split("\n").length;
  return `line ${line}: ${message}${at.label ? `, ${at.label}` : ""}`;
}

export const invalid = (where: string, problem: string): MusterError => new MusterError("POLICY_INVALID", `${where}: ${problem}`);
