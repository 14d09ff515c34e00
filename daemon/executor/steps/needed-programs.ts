/** Checks before a step that the programs of its tool exist, so that the result names the missing package. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { NeededProgram } from "../../changes/tools/needed-programs.ts";
import { type StepEnd, StepFailure } from "./ending.ts";
import { scrubbed } from "./local-command.ts";

/** Throws if a program of the control node is missing. */
export function requireHere(programs: readonly NeededProgram[]): void {
  const missing = programs.filter(({ on, name }) => on === "control" && placeOfProgram(name) === undefined);
  if (missing.length > 0)
    throw new StepFailure(`${missingText(missing, "the control node")}; install it: apt-get install ${packages(missing)}`);
}

/** Returns the file of a program in the folders where the steps of tools find programs. */
export const placeOfProgram = (program: string): string | undefined =>
  scrubbed()
    .PATH?.split(":")
    .map((folder) => join(folder, program))
    .find(isExecutable);

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // the next folder may contain it
  }
}

/** The exit code of a shell or of `timeout` if the program does not exist. */
const NO_PROGRAM = 127;

/**
 * Asks the node with `which`, which is a part of every Debian. Returns the failure of the question, for example if the node
 * cannot be reached. Throws if a program is missing.
 */
export async function requireThere(
  programs: readonly NeededProgram[],
  node: string,
  ask: (argv: string[]) => Promise<StepEnd>,
): Promise<StepEnd | undefined> {
  const needed = programs.filter(({ on }) => on === "node");
  if (needed.length === 0) return undefined;
  const answer = await ask(["which", ...needed.map(({ name }) => name)]);
  if (answer.status === "succeeded" || answer.exitCode === NO_PROGRAM) return undefined;
  if (answer.exitCode !== 1) return answer.status === "unknown" ? { ...answer, status: "failed" } : answer;
  const found = new Set(
    answer.said.head
      .toString("utf8")
      .split("\n")
      .map((line) => line.split("/").at(-1)),
  );
  const missing = needed.filter(({ name }) => !found.has(name));
  throw new StepFailure(
    `${missingText(missing, node)}; if common_packages of the role common contains ${packages(missing)}, \`muster reprovision ${node}\` installs it`,
  );
}

const missingText = (missing: readonly NeededProgram[], where: string): string =>
  `nothing was run: ${missing.map((program) => `${program.name} (package ${program.package})`).join(" and ")} ${missing.length === 1 ? "is" : "are"} missing on ${where}`;

const packages = (missing: readonly NeededProgram[]): string => [...new Set(missing.map((program) => program.package))].join(" ");
