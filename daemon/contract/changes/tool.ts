/** Basic types of tools, which are defined by the forms in `daemon/changes/tools/`. The risk of a step is computed, not declared. */
import * as z from "zod";

/** In ascending order: reads only, changes that can be undone, destroys data. */
export const Risk = z.enum(["read", "write", "delete"]);
export type Risk = z.output<typeof Risk>;

/** Purpose of a machine, from the inventory group of that name. A machine in no such group counts as `prod`. */
export const Scope = z.enum(["dev", "staging", "prod"]);
export type Scope = z.output<typeof Scope>;

export const ToolName = z.string().regex(/^[a-z][a-z0-9_]{1,40}$/, "is not a tool's name: lower-case letters, digits and underscores");
export type ToolName = z.output<typeof ToolName>;

/** The way in which a step runs. Control performs an `act`, which is an act of Muster's own. The executor runs all others. */
export const Method = z.enum(["local", "ssh", "http", "database", "winrm", "ansible", "terraform", "nomad", "act"]);
export type Method = z.output<typeof Method>;

/** Value of a parameter. Never a list or a map, because each value becomes one argument. */
export const Value = z.union([z.string().max(4096), z.number(), z.boolean()]);
export type Value = z.output<typeof Value>;
export const Values = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/), Value);
export type Values = z.output<typeof Values>;
