/** `muster up` as its own process with its three child processes. It boots no machines, so it needs no network of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Client, createClient } from "../../../daemon/contract/client.ts";
import { type DataDir, dataDir } from "../../../daemon/data-dir.ts";
import { until, untilFound } from "../until.ts";

const main = join(import.meta.dirname, "../../../daemon/main.ts");

export interface RunningDaemon {
  data: DataDir;
  pid: number;
  /** Everything that the daemon wrote to standard error. */
  said(): string;
  /** The log of all processes. */
  log(): string;
  /** Resolves with the URL when the control process answers. */
  url(): Promise<string>;
  /** The first key of the data folder, which the daemon printed. */
  firstKey(): Promise<string>;
  client(key: string): Promise<Client>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface DaemonOptions {
  /** A folder for the configuration and the data. A new folder by default. */
  folder?: string;
  /** The data folder. By default, a folder `data` in `folder`. */
  dataRoot?: string;
  settings?: Record<string, unknown>;
  env?: Record<string, string>;
}

export function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-up-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the daemon. A test that fails stops the daemon too. */
export function startMuster(
  t: TestContext,
  { folder = newFolder(t), dataRoot = join(folder, "data"), settings = {}, env = {} }: DaemonOptions = {},
): RunningDaemon {
  const config = join(folder, "muster.yaml");
  const quiet = { admin: { control: { host: "127.0.0.1", port: 0 } }, netboot: { http_port: 0, tftp_port: 0 } };
  writeFileSync(config, JSON.stringify({ ...quiet, ...settings }));
  const args = [...process.execArgv.filter((arg) => !arg.startsWith("--test")), main, "up", "--config", config, "--data", dataRoot];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH, ...env } });
  const texts = { said: "", log: "" };
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.said += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    texts.log += text;
  });
  const stop = (signal: NodeJS.Signals = "SIGTERM") => ended(child, signal);
  t.after(() => stop());
  const found = (what: string, pattern: RegExp) => untilFound(`${what}, in: ${texts.said}`, () => pattern.exec(texts.said)?.[1]);
  const url = () => found("the address of the daemon", /Muster is at (\S+)/);
  return {
    data: dataDir(dataRoot),
    pid: child.pid ?? 0,
    said: () => texts.said,
    log: () => texts.log,
    url,
    firstKey: () => found("the first key", /first API key.*: (\S+)/),
    client: async (key) => createClient({ baseUrl: await url(), headers: () => ({ authorization: `Bearer ${key}` }) }),
    stop,
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await until("the daemon has ended", () => child.exitCode !== null || child.signalCode !== null);
  return child.exitCode;
}
