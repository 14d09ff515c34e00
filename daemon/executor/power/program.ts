/** Runs one program for a power action as a long-running process. The program's arguments are not interpreted by a shell. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MusterError } from "../../errors/errors.ts";
import { type Said, takeSaid } from "../kept-output.ts";
import { exitCodeOf } from "../lasting-files.ts";
import { type Kind, LastingProcess, type ProcessPlace } from "../lasting-process.ts";
import type { StopPolicy } from "../termination.ts";

export interface ProgramEnd {
  /** The exit code of the program, or null if a signal ended the program. */
  exitCode: number | null;
  output: string;
  complaint: string;
}

export interface ProgramRoom {
  /** The path of the folder for the files of the running programs. */
  folder: string;
  /** When this `AbortSignal` is aborted, the next executor takes over the programs. */
  abandoned: AbortSignal;
  onTrouble(error: unknown): void;
}

const kind: Kind = { mark: (base) => ["MUSTER_POWER", base], endsWith: "command" };
const KEPT = 16_384;
/** The niceness is 0, because a power action must not wait for the processes of Ansible runs. */
const NICENESS = 0;
/** When the time limit is reached, all processes of the program are killed at once. */
const policy: StopPolicy = { target: "group", first: "SIGTERM", graceMs: () => 0 };
/** The exit codes of a shell if the program does not exist or cannot be executed. */
const NO_PROGRAM = [127, 126];

export async function runProgram(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { folder, abandoned, onTrouble }: ProgramRoom,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  signal.throwIfAborted();
  const own = join(folder, randomUUID());
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const place = placeIn(own);
  const program = new LastingProcess(place, kind);
  await program.begin({
    argv,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", ...env },
    cwd: "/",
    capBytes: KEPT,
    niceness: NICENESS,
  });
  const end = await program.ended({ signal, policy, abandoned, onTrouble });
  const said = { output: textOf(takeSaid(place.output)), complaint: textOf(takeSaid(place.errors)) };
  rmSync(own, { recursive: true });
  signal.throwIfAborted();
  const exitCode = exitCodeOf(end);
  if (exitCode !== null && NO_PROGRAM.includes(exitCode))
    throw new MusterError("POWER_PROGRAM_MISSING", `${argv[0]} is not on the control node, or is not a program`);
  return { exitCode: end.how === "exited" ? exitCode : null, ...said };
}

/**
 * Waits for the programs that an earlier executor left running, and removes their files. The programs have the time limit of
 * a power action.
 */
export async function finishPrograms({ folder, abandoned, onTrouble }: ProgramRoom, deadline: number): Promise<void> {
  const left = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  await Promise.all(
    left.map(async (own) => {
      const patience = { signal: new AbortController().signal, deadline, policy, abandoned, onTrouble };
      await new LastingProcess(placeIn(own), kind).ended(patience);
      rmSync(own, { recursive: true });
    }),
  );
}

const placeIn = (folder: string): ProcessPlace & { errors: string } => ({
  base: join(folder, "program"),
  output: join(folder, "output"),
  errors: join(folder, "errors"),
});

const textOf = ({ head, tail }: Said): string => Buffer.concat(tail ? [head, tail] : [head]).toString("utf8");
