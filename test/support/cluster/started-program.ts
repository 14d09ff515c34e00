/** Starts a program for a test, keeps the end of its output, and ends it by its process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

export interface StartedProgram {
  readonly pid: number;
  /** The last part of what it wrote. */
  output(): string;
  /** Throws with the output if the program has ended. */
  checkRunning(): void;
  /** As a power cut does it. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const MOST_OUTPUT = 64 * 1024;
const STOP_MS = 15_000;

export function startProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): StartedProgram {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MOST_OUTPUT);
    });
  child.on("error", (error) => {
    output += `\n${error.message}`;
  });
  // The test process may end before its hooks have run.
  const last = () => child.kill("SIGKILL");
  process.once("exit", last);
  child.once("exit", () => process.off("exit", last));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    pid: child.pid ?? -1,
    output: () => output,
    checkRunning: () => {
      if (hasEnded()) throw new Error(`${program} has ended (${child.exitCode ?? child.signalCode}):\n${output}`);
    },
    kill: () => end(child, "SIGKILL", hasEnded),
    stop: () => end(child, "SIGTERM", hasEnded),
  };
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL", hasEnded: () => boolean): Promise<void> {
  if (hasEnded()) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
  if (!hasEnded()) child.kill("SIGKILL");
  await ended;
}
