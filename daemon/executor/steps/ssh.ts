/** Commands on other machines. A connection serves all steps on its machine, one after the other, and goes soon after the last. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "ssh2";
import { explain } from "../../errors/errors.ts";
import { nothing, type Said } from "../kept-output.ts";
import { reasonOf, type StepEnd } from "./ending.ts";
import { MarkedOutput } from "./marked-output.ts";
import { Keeper } from "./output.ts";
import { shellLine, signalLine } from "./quoting.ts";
import { connectSsh, type Exit, openSession, type Session, type SshPlace } from "./ssh-line.ts";

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
/** The machine itself ends the command when its time is up, also when the executor is gone by then; ours comes after that. */
const REMOTE_GRACE_SECONDS = 5;
const LATER_MS = 2000;
const POLL_MS = 50;
/** Of `timeout`: it sent TERM, or had to send KILL. */
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

  /** How many machines it is connected to. */
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
      () => undefined, // it was never made, and its step has said why
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
  let session: Session;
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
  channel.end(); // nothing to read for it
  const began = Date.now();
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
    { node, seconds: limits.timeoutSeconds, late: Date.now() - began >= limits.timeoutSeconds * 1000 },
    signal,
  );
}

/** TERM, patience, KILL, over a session of its own; then a look whether anything is left. Else its end is unknown. */
async function stopRemote(client: Client, { channel, exit }: Session, group: () => number | undefined, graceMs: number): Promise<Exit> {
  for (const [name, waitMs] of [
    ["TERM", graceMs],
    ["KILL", LATER_MS],
  ] as const) {
    let told = false;
    for (let deadline = Date.now() + waitMs; Date.now() < deadline; ) {
      // It may have been told to stop before it said who it is. Patience begins when it was told.
      if (!told && group() !== undefined) {
        told = true;
        if ((await tell(client, group(), name)) === "lost") return "lost";
        deadline = Date.now() + waitMs;
      }
      const end = await Promise.race([exit, sleep(POLL_MS, undefined, { ref: false })]);
      if (end === "lost") return end;
      // Its leader has ended; what it began may not have.
      if (end !== undefined && (await tell(client, group(), "0")) !== 0) return end;
      if (end !== undefined) await sleep(POLL_MS);
    }
  }
  channel.destroy();
  return "lost";
}

async function tell(client: Client, group: number | undefined, name: "TERM" | "KILL" | "0"): Promise<number | null | "lost"> {
  if (group === undefined || group <= 1) return null;
  try {
    const { channel, exit } = await openSession(client, signalLine(group, name));
    channel.resume();
    channel.stderr.resume();
    const end = await exit;
    return end === "lost" ? end : end.code;
  } catch {
    // The connection went while it was asked.
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
    const error = `the connection to ${node} was lost; whether the command came to its end is not known, it ends there after ${seconds} s`;
    return { status: "unknown", said, error };
  }
  const { code } = exit;
  if (code === 0) return { status: "succeeded", exitCode: 0, said };
  if (signal.aborted) return { status: reasonOf(signal), exitCode: code, said };
  if (late && (code === TIMED_OUT || code === KILLED_LATE)) return { status: "timed-out", exitCode: code, said };
  if (code === null)
    return { status: "failed", exitCode: null, said, error: `signal ${exit.signal ?? "of an unknown name"} ended it on ${node}` };
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
