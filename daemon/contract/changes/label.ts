/** The scope that the groups of a machine name. */
import type { Scope } from "./tool.ts";

/** Returns the strictest scope among the groups, or undefined for a machine in no group of a scope. */
export const labelOf = (groups: readonly string[]): Scope | undefined =>
  (["prod", "staging", "dev"] as const).find((scope) => groups.includes(scope));
