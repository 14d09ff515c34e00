/** Checks the options of a playbook run against the playbook itself. The functions of this file are pure. */
import type { Value } from "../../contract/changes/tool.ts";
import type { DeclaredVariables, TypedVariable } from "../../contract/jobs/declared-variable.ts";
import { givenOptions, RunOptions } from "../../contract/jobs/run-options.ts";
import type { VariableValue } from "../../contract/machines/inventory.ts";
import { MusterError } from "../../errors/errors.ts";
import type { ToolAction } from "./action.ts";
import { match } from "./pattern.ts";
import type { PlaybookFacts } from "./playbooks.ts";
import { fill } from "./template.ts";

type PlaybookWords = Pick<Extract<ToolAction, { kind: "playbook" }>, "tags" | "skip_tags" | "variables">;

/** Returns the options that the action of a form has with these values. */
export function runOptions(
  { tags, skip_tags: skipped, variables }: PlaybookWords,
  lookUp: (name: string) => Value | undefined,
): { options?: RunOptions } {
  const filled = (word: string | undefined) => (word === undefined ? undefined : fill(word, lookUp));
  const [some, others, json] = [filled(tags), filled(skipped), filled(variables)];
  const read = RunOptions.safeParse({
    ...(some !== undefined && { tags: some.split(",") }),
    ...(others !== undefined && { skip_tags: others.split(",") }),
    ...(json !== undefined && { variables: JSON.parse(json) }),
  });
  if (read.success) {
    const options = givenOptions(read.data);
    return options ? { options } : {};
  }
  const [issue] = read.error.issues;
  // Zod reports a wrong name of a variable inside the issue of the record.
  const problem = issue?.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue?.message;
  throw invalid(`${issue?.path.join(".")}: ${problem}`);
}

type Declared = { [Key in "tags" | "variables"]?: PlaybookFacts[Key] | undefined };

/** The words that Ansible itself defines for `--tags`. */
const OF_ANSIBLE = ["all", "always", "never", "tagged", "untagged"];

/** Throws PARAMETER_INVALID, with the field and what exists, if the playbook has no such tag or variable. */
export function checkOptions(playbook: string, options: RunOptions | undefined, facts: Declared | undefined): void {
  if (facts === undefined) return;
  const { tags: known } = facts;
  for (const field of ["tags", "skip_tags"] as const)
    for (const tag of options?.[field] ?? [])
      if (known && !known.includes(tag) && !OF_ANSIBLE.includes(tag))
        throw invalid(`${field}: the playbook ${playbook} has no tag ${tag}; it has ${known.join(", ") || "no tags"}`);
  if (facts.variables) checkVariables(playbook, options?.variables ?? {}, facts.variables);
}

function checkVariables(playbook: string, given: Readonly<Record<string, VariableValue>>, declared: DeclaredVariables): void {
  const open = Object.entries(declared).flatMap(([name, each]) => ("secret" in each ? [] : [name]));
  for (const name of Object.keys(given)) {
    const known = declared[name];
    if (known && "secret" in known)
      throw invalid(`variables.${name}: the executor adds the secret ${known.secret} itself; remove it from the request`);
    if (!known)
      throw invalid(`variables.${name}: the playbook ${playbook} declares no such variable; it declares ${open.join(", ") || "none"}`);
  }
  for (const [name, variable] of Object.entries(declared)) {
    if ("secret" in variable) continue;
    const value = given[name];
    if (value === undefined && variable.required)
      throw invalid(`variables.${name}: is missing${variable.description ? `: ${variable.description}` : ""}`);
    const problem = value === undefined ? undefined : problemOf(value, variable);
    if (problem !== undefined) throw invalid(`variables.${name}: ${problem}`);
  }
}

function problemOf(value: VariableValue, { type, min, max, pattern, choices, items }: TypedVariable): string | undefined {
  if (!isOf(value, type)) return `is not of the type ${type}`;
  if (items !== undefined && Array.isArray(value) && !value.every((each) => isOf(each, items)))
    return `has an entry that is not of the type ${items}`;
  if (choices && !choices.some((choice) => choice === value)) return `is not one of ${choices.join(", ")}`;
  const [size, unit] = sizeOf(value);
  if (min !== undefined && size < min) return `${unit} is below ${min}`;
  if (max !== undefined && size > max) return `${unit} is above ${max}`;
  if (pattern === undefined || typeof value !== "string") return undefined;
  const found = match(pattern, value);
  if (found === "too-slow") return `takes too long to compare with ${pattern}; in the header, repeat nothing inside a repetition`;
  return found === "fits" ? undefined : `does not fit ${pattern}`;
}

function isOf(value: VariableValue, type: TypedVariable["type"]): boolean {
  if (type === "list") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && !Array.isArray(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function sizeOf(value: VariableValue): [number, string] {
  if (typeof value === "object") return [Object.keys(value).length, "its number of entries"];
  return typeof value === "string" ? [value.length, "its length"] : [Number(value), "it"];
}

const invalid = (message: string) => new MusterError("PARAMETER_INVALID", message);
