/** Starts the real program as a child process, and a real daemon for it on loopback, with DHCP off. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";

const program = join(import.meta.dirname, "../../../daemon/main.ts");

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** The developer's own environment must not influence an outcome. */
export function environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { MUSTER_URL, MUSTER_KEY, MUSTER_DATA, MUSTER_CONFIG, COLUMNS, FORCE_COLOR, NO_COLOR, NODE_TEST_CONTEXT, ...others } = process.env;
  const { MUSTER_VOTER_KEY, ...rest } = others;
  return { ...rest, XDG_CONFIG_HOME: "/nowhere", ...env };
}

export const launch = (args: string[], env?: NodeJS.ProcessEnv, cwd?: string): ChildProcess =>
  spawn(process.execPath, [program, ...args], { env: environment(env), stdio: ["ignore", "pipe", "pipe"], ...(cwd && { cwd }) });

export async function muster(args: string[], env?: NodeJS.ProcessEnv, cwd?: string): Promise<Outcome> {
  return outcome(launch(args, env, cwd));
}

export async function outcome(child: ChildProcess): Promise<Outcome> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (bytes: Buffer) => {
    out += bytes;
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    err += bytes;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

export interface Running {
  url: string;
  folder: string;
  data: string;
  config: string;
  /** The daemon's output on standard error. */
  printed(): string;
  /** The environment of a caller with the first key. */
  env: NodeJS.ProcessEnv;
  key: string;
  stop(): Promise<number | null>;
}

/** `more` contains further lines of its muster.yaml. */
export async function startDaemon(folder: string, more = ""): Promise<Running> {
  const [port, httpPort] = [await freePort(), await freePort()];
  const config = join(folder, "muster.yaml");
  const data = join(folder, "data");
  writeFileSync(config, `control: { host: 127.0.0.1, port: ${port} }\nnetboot: { dhcp: off, http_port: ${httpPort} }\n${more}`);
  const child = launch(["up", "--config", config, "--data", data]);
  let printed = "";
  let log = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    printed += bytes;
  });
  child.stdout?.on("data", (bytes: Buffer) => {
    log += bytes;
  });
  const closed = once(child, "close");
  while (!(/shown only now|Log in with/.test(printed) && log.includes("executor connected"))) {
    if (child.exitCode !== null) assert.fail(`the daemon ended: ${printed}${log}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  const url = `http://127.0.0.1:${port}`;
  const key = /admin\): (mk_\w+)/.exec(printed)?.[1] ?? "";
  return {
    url,
    folder,
    data,
    config,
    key,
    printed: () => printed,
    env: { MUSTER_URL: url, MUSTER_KEY: key },
    async stop() {
      child.kill("SIGTERM");
      await closed;
      return child.exitCode;
    },
  };
}

/** Starts one daemon for the tests of a file. `ask` runs a command with the daemon's first key. */
export function withDaemon({ accepted }: { accepted?: { mac: string; name: string } } = {}): {
  ask(...args: string[]): Promise<Outcome>;
  readonly daemon: Running;
} {
  const place = temporary();
  let daemon: Running;
  const ask = (...args: string[]) => muster(args, daemon.env);
  before(async () => {
    daemon = await startDaemon(place.folder);
    if (accepted) assert.equal((await ask("accept", accepted.mac, "--name", accepted.name)).code, 0);
  });
  after(async () => {
    await daemon.stop();
    place.remove();
  });
  return {
    ask,
    get daemon() {
      return daemon;
    },
  };
}

export function temporary(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "muster-cli-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  assert(address !== null && typeof address === "object");
  return address.port;
}
