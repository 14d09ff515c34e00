/**
 * A step that is a process on the executor's own machine. The wrapper of the runs leads it too, so that its end is known
 * after the executor was killed. No shell reads its words, and nothing of it is left when it has ended.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import { explain } from "../../errors/errors.ts";
import { isAlive, kill, processesWith, readGroup, terminate } from "../process-group.ts";
import { type Ended, reasonOf } from "./ending.ts";
import { nothing, takeSaid } from "./output.ts";

export interface ChildFiles {
  pid: string;
  result: string;
  stopped: string;
  output: string;
}

export interface ChildLimits {
  capBytes: number;
  /** How long it may take to end by itself once it was told to. */
  graceMs(): number;
}

/** In the environment of every process of a step, and of no other. */
const MARKER = "MUSTER_STEP";
const markerOf = (files: ChildFiles): string => `${MARKER}=${files.pid}`;

const wrapper = join(import.meta.dirname, "../runs/run.sh");
const SEAL = "never begun";
const POLL_MS = 50;
/** The wrapper writes its pid as its first act. */
const START_MS = 5000;
/** After SIGKILL nothing may be left; a process in the kernel's hands may take this long. */
const GONE_MS = 2000;
/** A shell's word for a program it did not find, or that is none. */
const [NO_PROGRAM, NOT_EXECUTABLE] = [127, 126] as const;
const KILLED = 128;
const LAST_SIGNAL = 64;

export const childFiles = (folder: string, stepId: string): ChildFiles => ({
  pid: join(folder, `${stepId}.pid`),
  result: join(folder, `${stepId}.result`),
  stopped: join(folder, `${stepId}.stopped`),
  output: join(folder, `${stepId}.output`),
});

/** Everything a child gets, besides what its own step gives it. Nothing of the executor's environment. */
export const scrubbed = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
  HOME: "/nonexistent",
  ...own,
});

export async function runChild(
  argv: readonly string[],
  { env, cwd = "/" }: { env: NodeJS.ProcessEnv; cwd?: string },
  files: ChildFiles,
  limits: ChildLimits,
  signal: AbortSignal,
): Promise<Ended> {
  if (signal.aborted) return { status: reasonOf(signal), said: nothing };
  const child = spawn("/bin/sh", [wrapper, files.pid, files.result, files.stopped, files.output, String(limits.capBytes), ...argv], {
    cwd,
    env: { ...env, [MARKER]: files.pid },
    detached: true,
    stdio: "ignore",
  });
  const failure = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(explain(error)));
    child.once("exit", () => resolve(undefined));
  });
  const stopping = new Promise<"stop">((resolve) => {
    signal.addEventListener("abort", () => resolve("stop"), { once: true });
  });
  const error = await Promise.race([failure, stopping]);
  if (error === "stop") await stop(files, limits.graceMs(), reasonOf(signal));
  else if (error !== undefined) return { status: "failed", exitCode: null, said: nothing, error: `${argv[0]} was not started: ${error}` };
  return endOf(argv[0] ?? "", files, signal);
}

/** One that an earlier executor began: waits for its end, and says what is known of it. */
export async function takeUpChild(files: ChildFiles, limits: ChildLimits, signal: AbortSignal): Promise<Ended> {
  let group = readGroup(files.pid);
  for (const deadline = Date.now() + START_MS; !group && Date.now() < deadline && isBeginning(files); group = readGroup(files.pid))
    await sleep(POLL_MS);
  // It may be begun in this very moment: sealed first and looked for afterwards, one of the two sees the other.
  if (!group) await stop(files, 0, SEAL);
  while (group && isAlive(group) && !signal.aborted) await sleep(POLL_MS);
  if (signal.aborted) await stop(files, limits.graceMs(), reasonOf(signal));
  if (!existsSync(files.result) && !signal.aborted) {
    await leftBehind(files);
    return {
      status: "unknown",
      said: takeSaid(files.output),
      error: "the executor was lost while this was at work, and it left no result",
    };
  }
  return endOf("its program", files, signal);
}

/** Its wrapper is there and has not said yet who it is. */
const isBeginning = (files: ChildFiles): boolean => processesWith(markerOf(files)).length > 0;

async function endOf(program: string, files: ChildFiles, signal: AbortSignal): Promise<Ended> {
  await leftBehind(files);
  const said = takeSaid(files.output);
  const exitCode = existsSync(files.result) ? Number(readFileSync(files.result, "utf8")) : null;
  const survivors = processesWith(markerOf(files));
  if (survivors.length > 0)
    return { status: "unknown", exitCode, said, error: `processes ${survivors.join(", ")} of it could not be killed` };
  // It was through before the signal came.
  if (signal.aborted && exitCode !== 0) return { status: reasonOf(signal), exitCode, said };
  if (exitCode === 0) return { status: "succeeded", exitCode, said };
  return { status: "failed", exitCode, said, error: complaint(program, exitCode) };
}

function complaint(program: string, exitCode: number | null): string {
  if (exitCode === NO_PROGRAM) return `${program} is not on the executor's machine`;
  if (exitCode === NOT_EXECUTABLE) return `${program} is no program this user may run`;
  if (exitCode === null) return `${program} was killed, and nobody knows how far it came`;
  if (exitCode > KILLED && exitCode <= KILLED + LAST_SIGNAL) return `${program} was ended by signal ${exitCode - KILLED}`;
  return `${program} ended with ${exitCode}`;
}

async function stop(files: ChildFiles, graceMs: number, reason: string): Promise<void> {
  await writeFileAtomic(files.stopped, reason, { fsync: true });
  const deadline = Date.now() + (reason === SEAL ? POLL_MS : START_MS);
  let group = readGroup(files.pid);
  while (!group && Date.now() < deadline) {
    await sleep(POLL_MS);
    group = readGroup(files.pid);
  }
  if (group) await terminate(group, graceMs);
  await leftBehind(files);
}

/** What left the group lives on in sessions of its own; it ends with its step. */
async function leftBehind(files: ChildFiles): Promise<void> {
  const deadline = Date.now() + GONE_MS;
  for (;;) {
    const left = processesWith(markerOf(files));
    if (left.length === 0 || Date.now() > deadline) return;
    for (const pid of left) kill(pid);
    await sleep(POLL_MS);
  }
}
