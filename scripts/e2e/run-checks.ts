/** Runs long checks one after the other, goes on after a failure, and ends the running check when the operator stops the run. */
import { spawn } from "node:child_process";
import { type Check, judged, type Outcome } from "./checks.ts";

export interface Running {
  cwd: string;
  env: NodeJS.ProcessEnv;
  say(line: string): void;
  write(text: string): void;
  /** The first event lets the running check clean up. The second event ends it at once. */
  stop: AbortSignal;
  kill: AbortSignal;
}

/** The summaries and figures are at the end of the output. */
const TAIL_CHARACTERS = 65_536;

export async function runChecks(checks: readonly Check[], running: Running): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, check] of checks.entries()) {
    if (running.stop.aborted) {
      outcomes.push({ name: check.name, result: "not run", seconds: 0, figure: "" });
      continue;
    }
    running.say(`\n== ${check.name} (${index + 1} of ${checks.length}): ${check.command}`);
    outcomes.push(await runCheck(check, running));
  }
  return outcomes;
}

async function runCheck({ name, command }: Check, { cwd, env, write, stop, kill }: Running): Promise<Outcome> {
  const started = performance.now();
  // Each check has its own process group, so that a signal reaches all of its processes and only those.
  const child = spawn("sh", ["-c", command], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let tail = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      write(text);
      tail = (tail + text).slice(-TAIL_CHARACTERS);
    });
  const [interrupt, end] = [() => signalGroup(child.pid, "SIGINT"), () => signalGroup(child.pid, "SIGKILL")];
  stop.addEventListener("abort", interrupt);
  kill.addEventListener("abort", end);
  // A process that a check leaves behind would disturb the next check, and keep the pipes open.
  child.once("exit", end);
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  stop.removeEventListener("abort", interrupt);
  kill.removeEventListener("abort", end);
  const seconds = (performance.now() - started) / 1000;
  return stop.aborted ? { name, result: "stopped", seconds, figure: "" } : { name, seconds, ...judged(name, code, tail) };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
