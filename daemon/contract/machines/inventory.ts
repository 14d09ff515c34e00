/** Groups and variables of Ansible's inventory that operators may set. Muster limits the types and sizes of variables. */
import * as z from "zod";
import { NodeName } from "../names.ts";

/** Variables that Ansible sets itself. */
export const wordsOfAnsible: ReadonlySet<string> = new Set(
  "environment groups group_names hostvars inventory_dir inventory_file inventory_hostname inventory_hostname_short omit play_hosts playbook_dir role_name role_path vars".split(
    " ",
  ),
);
export const VARIABLE_NAME = /^(?!__)[a-z_][a-z0-9_]{0,62}$/;

export const GroupName = z
  .string()
  .regex(VARIABLE_NAME, "is not a group name: lower-case letters, digits and underscores, at most 63")
  .refine((name) => name !== "all" && name !== "ungrouped", "is everybody already");
export type GroupName = z.output<typeof GroupName>;

/**
 * Only Muster defines the connection to a node. For example, `ansible_connection: local` would run the node's tasks on
 * the control node.
 */
const ofConnection: Record<string, z.ZodType> = {
  ansible_port: z.int().min(1).max(65535),
  ansible_user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "is not a user name"),
  ansible_python_interpreter: z.string().regex(/^\/[A-Za-z0-9._/-]{1,200}$/, "is not a path such as /usr/bin/python3"),
};

export const VariableName = z
  .string()
  .regex(VARIABLE_NAME, "is not a variable's name: lower-case letters, digits and underscores, at most 63")
  .refine((name) => !wordsOfAnsible.has(name), "is a word of Ansible's own")
  .refine(
    (name) => !name.startsWith("ansible_") || name in ofConnection,
    `begins with ansible_; of those only ${Object.keys(ofConnection).join(", ")} may be set`,
  );

const Text = z
  .string()
  .max(8192)
  .refine((text) => !/[\p{Cs}\u2028\u2029\u0085\ufeff]|[^\P{Cc}\n\t]/u.test(text), "holds control characters")
  // One YAML library writes `<<` without quotes, and the other library refuses `<<` without quotes.
  .refine((text) => text !== "<<", "is YAML's merge sign");
/** Numbers that YAML 1.1 and JSON write in the same way. A number with an exponent is text in YAML but a number in JSON. */
const Decimal = z
  .number()
  .refine(
    (value) => !/e/i.test(String(value)) && Math.abs(value) <= Number.MAX_SAFE_INTEGER,
    "is too large or too small; write it as text",
  );

export type VariableValue = string | number | boolean | VariableValue[] | { [key: string]: VariableValue };
const below = (levels: number): z.ZodType<VariableValue> =>
  levels === 0
    ? z.union([Text, Decimal, z.boolean()])
    : z.union([Text, Decimal, z.boolean(), z.array(below(levels - 1)).max(500), z.record(Text.max(200), below(levels - 1))]);
export const VariableValue = below(4);

/** The value must be valid for the variable of this name. */
export const Variable = z.object({ key: VariableName, value: VariableValue }).superRefine(({ key, value }, context) => {
  const fault = ofConnection[key]?.safeParse(value).error?.issues[0];
  if (fault) context.addIssue({ code: "custom", path: ["value"], message: fault.message });
});

/** The owner of a variable, which is either a node or a group. */
export const VariableOwner = z.strictObject({ node: NodeName.optional(), group: z.union([GroupName, z.literal("all")]).optional() });

export const InventoryGroup = z.object({
  name: z.string(),
  hosts: z.array(z.string()),
  children: z.array(z.string()),
  vars: z.record(z.string(), z.unknown()),
});
export const InventoryView = z.object({
  file: z.string(),
  groups: z.array(InventoryGroup),
  /** Every host with its own variables. */
  hosts: z.record(z.string(), z.record(z.string(), z.unknown())),
  problems: z.array(z.object({ where: z.string(), problem: z.string(), hint: z.string() })),
});
export type InventoryView = z.output<typeof InventoryView>;
