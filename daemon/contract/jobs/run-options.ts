/** The options of a playbook run: tags, and extra variables with types. The values of the variables are data for Ansible. */
import * as z from "zod";
import type { Values } from "../changes/tool.ts";
import { VARIABLE_NAME, VariableValue, wordsOfAnsible } from "../machines/inventory.ts";

const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,60}";
const MAX_TAGS = 10;

export const Tag = z.string().regex(new RegExp(`^${TAG}$`), "is not a tag: letters, digits, dot, - and _, at most 61");
const Tags = z.array(Tag).min(1).max(MAX_TAGS);

/** The variables that Muster itself gives to every run. */
const OF_MUSTER = ["common_admin_user", "common_admin_keys"];

/** A variable `ansible_connection`, for example, would run the tasks of a node on the control node. */
export const RunVariableName = z
  .string()
  .regex(VARIABLE_NAME, "is not a variable's name: lower-case letters, digits and underscores, at most 63")
  .refine(
    (name) => !name.startsWith("ansible_"),
    "begins with ansible_, so it could change how Ansible reaches a node; choose another name",
  )
  .refine((name) => !wordsOfAnsible.has(name), "is a word of Ansible's own; choose another name")
  .refine((name) => !OF_MUSTER.includes(name), "is set by Muster's configuration; change it there");

/** The longest variables as JSON. People must see all of them in the preview of a plan. */
const MAX_JSON = 2500;
const MAX_VARIABLES = 50;

/** Ansible reads keys such as `__ansible_vault` as instructions. */
const holdsInstruction = (value: VariableValue): boolean =>
  typeof value === "object" &&
  (Array.isArray(value)
    ? value.some(holdsInstruction)
    : Object.entries(value).some(([key, each]) => key.startsWith("__") || holdsInstruction(each)));

export const RunVariables = z
  .record(RunVariableName, VariableValue)
  .refine((all) => Object.keys(all).length <= MAX_VARIABLES, `has more than ${MAX_VARIABLES} variables`)
  .refine((all) => sortedJson(all).length <= MAX_JSON, `is longer than ${MAX_JSON} characters as JSON`)
  .superRefine((all, context) => {
    for (const [name, value] of Object.entries(all))
      if (holdsInstruction(value)) context.addIssue({ code: "custom", path: [name], message: "has a key that begins with __" });
  });
export type RunVariables = z.output<typeof RunVariables>;

export const RunOptions = z.strictObject({
  /** Only tasks with one of these tags run. */
  tags: Tags.optional(),
  /** Tasks with one of these tags do not run. */
  skip_tags: Tags.optional(),
  variables: RunVariables.optional(),
});
export type RunOptions = z.output<typeof RunOptions>;

/** The options as the parameters of the tool `playbook_run`, whose values are single words. */
export const parametersOfOptions = ({ tags, skip_tags: skipped, variables }: RunOptions): Values => ({
  ...(tags && { tags: tags.join(",") }),
  ...(skipped && { skip_tags: skipped.join(",") }),
  ...(variables && Object.keys(variables).length > 0 && { variables: sortedJson(variables) }),
});

/** Returns undefined if the run has no options, so that equal runs have equal records. */
export function givenOptions({ tags, skip_tags: skipped, variables }: RunOptions): RunOptions | undefined {
  const options = {
    ...(tags && { tags }),
    ...(skipped && { skip_tags: skipped }),
    ...(variables && Object.keys(variables).length > 0 && { variables }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}

/** The options for people, such as `, tags a, b, variables {"count":3}`. */
export const optionsInWords = ({ tags, skip_tags: skipped, variables }: RunOptions = {}): string =>
  [
    ...(tags ? [`, tags ${tags.join(", ")}`] : []),
    ...(skipped ? [`, without the tags ${skipped.join(", ")}`] : []),
    ...(variables && Object.keys(variables).length > 0 ? [`, variables ${sortedJson(variables)}`] : []),
  ].join("");

/** JSON with sorted keys, so that equal values have equal texts. */
export function sortedJson(value: VariableValue): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${sortedJson(value[key] ?? "")}`);
  return `{${pairs.join(",")}}`;
}
