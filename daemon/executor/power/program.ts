/** Runs one program for a power action: no shell, an environment of its own, and its whole group gone when the time is up. */
import { type ChildProcess, spawn } from "node:child_process";
import { MusterError } from "../../errors/errors.ts";

export interface Ended {
  exitCode: number | null;
  /** Standard output. */
  output: string;
  /** Standard error. */
  complaint: string;
}

const KEPT = 16_384;
/** How long output is waited for after the program itself has ended. */
const LAST_WORDS_MS = 500;

export async function runProgram([program = "", ...args]: string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Ended> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, complaint] = [collect(child.stdout), collect(child.stderr)];
  const stop = () => killGroup(child);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => {
        // `close` comes with the last of its output, but not while something it left behind holds that open.
        const late = setTimeout(resolve, LAST_WORDS_MS, code);
        child.once("close", () => {
          clearTimeout(late);
          resolve(code);
        });
      });
    });
    signal.throwIfAborted();
    return { exitCode, output: output(), complaint: complaint() };
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EACCES"))
      throw new MusterError("POWER_PROGRAM_MISSING", `${program} is not on the control node, or is no program`);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text = (text + chunk).slice(-KEPT);
  });
  return () => text;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
