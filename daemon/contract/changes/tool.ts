/** One thing that can be done to the fleet, as its form in `daemon/changes/tools/` says. What it risks is computed, not believed. */
import * as z from "zod";

/** In this order: what may only look, what changes and can be undone, what destroys. */
export const Risk = z.enum(["read", "write", "delete"]);
export type Risk = z.output<typeof Risk>;

/** What a machine is for, from its inventory group of that name. A machine in none of them counts as `prod`. */
export const Scope = z.enum(["dev", "staging", "prod"]);
export type Scope = z.output<typeof Scope>;

export const ToolName = z.string().regex(/^[a-z][a-z0-9_]{1,40}$/, "is not a tool's name: lower-case letters, digits and underscores");
export type ToolName = z.output<typeof ToolName>;

/** Who acts: the executor's machine itself, or something it reaches from there. */
export const Method = z.enum(["local", "ssh", "http", "database", "winrm", "ansible", "terraform", "nomad"]);
export type Method = z.output<typeof Method>;

/** What a parameter or an answer may be. Never a list or a map: each becomes one argument. */
export const Value = z.union([z.string().max(4096), z.number(), z.boolean()]);
export type Value = z.output<typeof Value>;
export const Values = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/), Value);
export type Values = z.output<typeof Values>;
