/**
 * Basic types for tools. The tool forms in `daemon/changes/tools/` define the tools themselves. Muster computes the risk of a
 * step and does not rely on a declared risk.
 */
import * as z from "zod";

/** Risks in ascending order: the tool only reads, makes changes that can be undone, or destroys data. */
export const Risk = z.enum(["read", "write", "delete"]);
export type Risk = z.output<typeof Risk>;

/**
 * Purpose of a machine, which is set by the inventory group with the same name. A machine that is in no scope group (`dev`,
 * `staging` or `prod`) counts as `prod`.
 */
export const Scope = z.enum(["dev", "staging", "prod"]);
export type Scope = z.output<typeof Scope>;

export const ToolName = z.string().regex(/^[a-z][a-z0-9_]{1,40}$/, "is not a tool's name: lower-case letters, digits and underscores");
export type ToolName = z.output<typeof ToolName>;

/**
 * The way in which a step runs. Control performs the steps that have the method `act`. The executor runs the steps of all
 * other methods.
 */
export const Method = z.enum(["local", "ssh", "http", "database", "winrm", "ansible", "terraform", "nomad", "act"]);
export type Method = z.output<typeof Method>;

/** Value of a parameter. A value is never a list or a map, because each value becomes one argument. */
export const Value = z.union([z.string().max(4096), z.number(), z.boolean()]);
export type Value = z.output<typeof Value>;
export const Values = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/), Value);
export type Values = z.output<typeof Values>;
