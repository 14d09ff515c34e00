/**
 * The programs that the tools need besides a minimal Debian. A form declares them once. The executor checks them before a step,
 * `muster doctor` looks for them, and the role `common` installs those of the nodes. Pure.
 */
import * as z from "zod";
import type { Method } from "../../contract/changes/tool.ts";

export const NeededProgram = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._+-]{0,60}$/, "is not a program's name"),
  /** The Debian package that contains the program. */
  package: z.string().regex(/^[a-z0-9][a-z0-9.+-]{0,60}$/, "is not the name of a Debian package"),
  /** By default the machine on which the method of the tool runs its command. */
  on: z.enum(["control", "node"]).optional(),
});
export type NeededProgram = z.output<typeof NeededProgram> & { on: "control" | "node" };

/** Commands over SSH and modules of Ansible run on the node. All other programs run on the control node. */
export const programPlaceOf = (method: Method): NeededProgram["on"] => (["ssh", "ansible", "winrm"].includes(method) ? "node" : "control");

interface Needing {
  name: string;
  programs: readonly NeededProgram[];
  secrets: readonly { name: string }[];
}

export interface ProgramNeed extends Pick<NeededProgram, "name" | "package"> {
  tools: string[];
  /** The secrets of the tools, if no tool works without a secret. The tools are in use only if a secret exists. */
  secrets: string[];
}

/** Returns each program on one kind of machine with the tools that need it. */
export function programsOn(on: NeededProgram["on"], forms: readonly Needing[]): ProgramNeed[] {
  const needs = new Map<string, ProgramNeed>();
  const always = new Set<string>();
  for (const form of forms)
    for (const program of form.programs.filter((each) => each.on === on)) {
      const need = needs.get(program.name) ?? { name: program.name, package: program.package, tools: [], secrets: [] };
      needs.set(program.name, need);
      need.tools.push(form.name);
      need.secrets.push(...form.secrets.map(({ name }) => name));
      if (form.secrets.length === 0) always.add(program.name);
    }
  return [...needs.values()].map((need) => (always.has(need.name) ? { ...need, secrets: [] } : need));
}
