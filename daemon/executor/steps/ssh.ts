/** Runs commands on other machines. All steps on a machine share one connection, which closes soon after the last step. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "ssh2";
import { explain } from "../../errors/errors.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import { nothing, type Said } from "../kept-output.ts";
import { reasonOf, type StepEnd } from "./ending.ts";
import { MarkedOutput } from "./marked-output.ts";
import { Keeper } from "./output.ts";
import { shellLine, signalLine } from "./quoting.ts";
import { connectSsh, type Exit, openSession, type SshPlace, type SshSession } from "./ssh-line.ts";

export interface SshLimits {
  timeoutSeconds: number;
  capBytes: number;
  graceMs(): number;
}

interface Line {
  client: Promise<Client>;
  open: boolean;
  users: number;
  idle?: NodeJS.Timeout;
}

const IDLE_MS = 15_000;
/** The seconds between SIGTERM and SIGKILL. The machine itself stops a command at its time limit. The executor waits longer. */
const REMOTE_GRACE_SECONDS = 5;
const LATER_MS = 2000;
const POLL_MS = 50;
/** The exit codes of the program `timeout`. 124 means that SIGTERM ended the command, and 137 that SIGKILL was necessary. */
const TIMED_OUT = 124;
const KILLED_LATE = 137;

export class SshLines {
  readonly #keyFile: string;
  readonly #lines = new Map<string, Line>();

  constructor(keyFile: string) {
    this.#keyFile = keyFile;
  }

  async run(place: SshPlace, argv: readonly string[], limits: SshLimits, signal: AbortSignal): Promise<StepEnd> {
    const name = JSON.stringify(place);
    const line = this.#line(name, place);
    line.users += 1;
    clearTimeout(line.idle);
    try {
      return await converse(line.client, place, bounded(argv, limits.timeoutSeconds), limits, signal);
    } finally {
      line.users -= 1;
      if (line.users === 0) line.idle = setTimeout(() => this.#end(name), IDLE_MS).unref();
    }
  }

  /** Returns the number of open connections. */
  get open(): number {
    return this.#lines.size;
  }

  close(): void {
    for (const name of [...this.#lines.keys()]) this.#end(name);
  }

  #line(name: string, place: SshPlace): Line {
    const known = this.#lines.get(name);
    if (known?.open) return known;
    const line: Line = { client: connectSsh(place, readFileSync(this.#keyFile)), open: true, users: 0 };
    const gone = () => {
      line.open = false;
      if (this.#lines.get(name) === line) this.#lines.delete(name);
    };
    line.client.then((client) => client.once("close", gone), gone);
    this.#lines.set(name, line);
    return line;
  }

  #end(name: string): void {
    const line = this.#lines.get(name);
    if (!line) return;
    this.#lines.delete(name);
    clearTimeout(line.idle);
    line.client.then(
      (client) => client.end(),
      () => undefined, // The connection never opened, and its step has reported the reason.
    );
  }
}

const bounded = (argv: readonly string[], seconds: number): string[] => [
  "timeout",
  "-k",
  String(REMOTE_GRACE_SECONDS),
  String(seconds),
  ...argv,
];

async function converse(
  connecting: Promise<Client>,
  { node }: SshPlace,
  argv: string[],
  limits: SshLimits,
  signal: AbortSignal,
): Promise<StepEnd> {
  const mark = randomUUID();
  let client: Client;
  let session: SshSession;
  try {
    client = await interruptible(connecting, signal);
    session = await openSession(client, shellLine(argv, mark));
  } catch (error) {
    if (signal.aborted) return { status: reasonOf(signal), said: nothing };
    return { status: "failed", said: nothing, error: explain(error) };
  }
  const { channel } = session;
  const keeper = new Keeper(limits.capBytes);
  const output = new MarkedOutput(mark, (chunk) => keeper.take(chunk));
  channel.on("data", (chunk: Buffer) => output.take(chunk));
  channel.stderr.on("data", (chunk: Buffer) => keeper.take(chunk));
  channel.end(); // The command receives no standard input.
  const began = steadyMs();
  const stopped = new Promise<"stop">((resolve) => {
    if (signal.aborted) resolve("stop");
    signal.addEventListener("abort", () => resolve("stop"), { once: true });
  });
  let exit = await Promise.race([session.exit, stopped]);
  if (exit === "stop") exit = await stopRemote(client, session, () => output.number, limits.graceMs());
  output.end();
  return endOf(
    exit,
    keeper.said(),
    { node, seconds: limits.timeoutSeconds, late: steadyMs() - began >= limits.timeoutSeconds * 1000 },
    signal,
  );
}

/** Sends SIGTERM and then SIGKILL over a second session. If any process remains, the result of the command is unknown. */
async function stopRemote(client: Client, { channel, exit }: SshSession, group: () => number | undefined, graceMs: number): Promise<Exit> {
  for (const [name, waitMs] of [
    ["TERM", graceMs],
    ["KILL", LATER_MS],
  ] as const) {
    let isSent = false;
    for (let deadline = steadyMs() + waitMs; steadyMs() < deadline; ) {
      // The command may not have reported its process group yet. The grace period begins when the signal is sent.
      if (!isSent && group() !== undefined) {
        isSent = true;
        if ((await sendSignal(client, group(), name)) === "lost") return "lost";
        deadline = steadyMs() + waitMs;
      }
      const end = await Promise.race([exit, sleep(POLL_MS, undefined, { ref: false })]);
      if (end === "lost") return end;
      // The leader has ended, but its child processes may still be running.
      if (end !== undefined && (await sendSignal(client, group(), "0")) !== 0) return end;
      if (end !== undefined) await sleep(POLL_MS);
    }
  }
  channel.destroy();
  return "lost";
}

async function sendSignal(client: Client, group: number | undefined, name: "TERM" | "KILL" | "0"): Promise<number | null | "lost"> {
  if (group === undefined || group <= 1) return null;
  try {
    const { channel, exit } = await openSession(client, signalLine(group, name));
    channel.resume();
    channel.stderr.resume();
    const end = await exit;
    return end === "lost" ? end : end.code;
  } catch {
    // The connection was lost in the meantime.
    return "lost";
  }
}

function endOf(
  exit: Exit,
  said: Said,
  { node, seconds, late }: { node: string; seconds: number; late: boolean },
  signal: AbortSignal,
): StepEnd {
  if (exit === "lost") {
    const error = `the connection to ${node} was lost, so the end of the command is not known; it ends there after at most ${seconds} s`;
    return { status: "unknown", said, error };
  }
  const { code } = exit;
  if (code === 0) return { status: "succeeded", exitCode: 0, said };
  if (signal.aborted) return { status: reasonOf(signal), exitCode: code, said };
  if (late && (code === TIMED_OUT || code === KILLED_LATE)) return { status: "timed-out", exitCode: code, said };
  if (code === null) return { status: "failed", exitCode: null, said, error: `signal ${exit.signal ?? "(unknown)"} ended it on ${node}` };
  return { status: "failed", exitCode: code, said, error: `ended with ${code} on ${node}` };
}

async function interruptible<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(new Error("stopped"));
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
