/**
 * Runs a step as a command on the executor's machine. No shell interprets the command's arguments, and all processes of the
 * command are killed when it ends.
 */
import { join } from "node:path";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import { nothing, takeSaid } from "../kept-output.ts";
import { type End, exitCodeOf, signalOf } from "../lasting-files.ts";
import { type Kind, LastingProcess, type ProcessPlace } from "../lasting-process.ts";
import type { StopPolicy } from "../termination.ts";
import { reasonOf, type StepEnd, type StopReason } from "./ending.ts";

export interface CommandLimits {
  /** Returns the time between SIGTERM and SIGKILL, in milliseconds. */
  graceMs(): number;
  /** When this `AbortSignal` is aborted, another executor follows the command, and the promise in this executor rejects. */
  abandoned?: AbortSignal;
  log: Log;
}

const kind: Kind = { mark: (base) => ["MUSTER_STEP", `${base}.pid`], endsWith: "command" };
/** The niceness of a command, so that a step does not slow down the daemon. */
const NICENESS = 10;
/** The exit codes of a shell if the program does not exist or cannot be executed. */
const [NO_PROGRAM, NOT_EXECUTABLE] = [127, 126] as const;

export const stepPlace = (folder: string, stepId: string): ProcessPlace => ({
  base: join(folder, stepId),
  output: join(folder, `${stepId}.output`),
});

/** Returns the environment of a command. The environment contains the entries of the step, but no variables of the executor. */
export const scrubbed = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
  HOME: "/nonexistent",
  ...own,
});

export async function runCommand(
  argv: readonly string[],
  { env, cwd = "/" }: { env: NodeJS.ProcessEnv; cwd?: string },
  place: ProcessPlace,
  limits: CommandLimits & { capBytes: number },
  signal: AbortSignal,
): Promise<StepEnd> {
  if (signal.aborted) return { status: reasonOf(signal), said: nothing };
  const [program = ""] = argv;
  const command = new LastingProcess(place, kind);
  try {
    await command.begin({ argv, env, cwd, capBytes: limits.capBytes, niceness: NICENESS });
  } catch (error) {
    return { status: "failed", exitCode: null, said: nothing, error: `${program} was not started: ${explain(error)}` };
  }
  return endOf(program, command, place, { ...limits, signal });
}

/** Waits for a command that an earlier executor started. */
export async function followCommand(
  place: ProcessPlace,
  limits: CommandLimits & { signal: AbortSignal; deadline: number },
): Promise<StepEnd> {
  const command = new LastingProcess(place, kind);
  const end = await endOf("its program", command, place, limits);
  if (end.exitCode !== null || end.status !== "failed") return end;
  return { status: "unknown", said: end.said, error: "it ended while no executor was at work, and it left no result" };
}

async function endOf(
  program: string,
  command: LastingProcess,
  { output }: ProcessPlace,
  { graceMs, abandoned, log, signal, deadline }: CommandLimits & { signal: AbortSignal; deadline?: number },
): Promise<StepEnd> {
  const policy: StopPolicy = { target: "group", first: "SIGTERM", graceMs };
  const onTrouble = (error: unknown) => log.error({ err: error, program }, "a step could not be looked after");
  const { survivors, ...end } = await command.ended({
    signal,
    policy,
    onTrouble,
    ...(abandoned && { abandoned }),
    ...(deadline !== undefined && { deadline }),
  });
  const [said, exitCode] = [takeSaid(output), exitCodeOf(end)];
  if (survivors.length > 0)
    return { status: "unknown", exitCode, said, error: `processes ${survivors.join(", ")} of it could not be killed` };
  if (exitCode === 0) return { status: "succeeded", exitCode, said };
  // If the command succeeded before the signal, its result is a success.
  const stopped = command.stopReason as StopReason | undefined;
  if (stopped) return { status: stopped, exitCode, said };
  return { status: "failed", exitCode, said, error: complaint(program, end) };
}

function complaint(program: string, end: End): string {
  const exitCode = exitCodeOf(end);
  if (exitCode === null) return `${program} was killed, and it is not known how far it got`;
  if (exitCode === NO_PROGRAM) return `${program} is not on the executor's machine`;
  if (exitCode === NOT_EXECUTABLE) return `${program} is not a program that this user may run`;
  const signal = signalOf(end);
  return signal === undefined ? `${program} ended with ${exitCode}` : `${program} was ended by signal ${signal}`;
}
