/** Runs the daemon inside the lab as on a control node. The lab's bridge acts as the second network card. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { LabNetwork } from "./network.ts";

export interface LabDaemon {
  pid: number;
  dataDir: string;
  log(): string;
  /** Creates a new API key on the lab's control node. */
  createKey(name: string, role?: string): string;
  /** Runs `muster` inside the lab with the daemon's data folder. */
  muster(...args: string[]): string;
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

type Settings = Record<string, unknown>;

export interface LabDaemonOptions {
  /** More options of `muster up`. */
  flags?: readonly string[];
  folder: string;
  dataDir: string;
  dhcp: "full" | "proxy";
  mirror: string;
  /** The sections and keys of muster.yaml that override the lab's own settings. */
  settings?: Settings;
  /** A command to run the daemon with. The daemon's command line is appended to this command. */
  through?: readonly string[];
}

export const MUSTER = join(import.meta.dirname, "../muster");

export function labConfig({ dhcp, mirror, settings = {} }: Pick<LabDaemonOptions, "dhcp" | "mirror" | "settings">): string {
  const sections: Settings = {
    // The daemon can safely bind to all addresses, because no other host and no other user can reach the lab.
    netboot: { interface: "br0", dhcp, ...(dhcp === "full" && { range: { from: "10.77.1.1", to: "10.77.1.250" } }) },
    machines: { debian: { mirror, security_mirror: null } },
  };
  return stringify(overridden(sections, settings));
}

/** Merges two settings section by section. The keys of `settings` override the keys of `own`. */
function overridden(own: Settings, settings: Settings): Settings {
  const all = { ...own };
  for (const [name, value] of Object.entries(settings)) {
    const known = all[name];
    all[name] = isSection(known) && isSection(value) ? overridden(known, value) : value;
  }
  return all;
}

const isSection = (value: unknown): value is Settings => typeof value === "object" && value !== null && !Array.isArray(value);

export async function startDaemon(network: LabNetwork, options: LabDaemonOptions): Promise<LabDaemon> {
  const { folder, dataDir } = options;
  const config = join(folder, "muster.yaml");
  const logFile = join(folder, "musterd.log");
  writeFileSync(config, labConfig(options));
  const output = openSync(logFile, "a", 0o600);
  const [command = MUSTER, ...args] = [
    ...(options.through ?? []),
    MUSTER,
    "up",
    "--config",
    config,
    "--data",
    dataDir,
    ...(options.flags ?? []),
  ];
  const child = network.spawn(command, args, { stdio: ["ignore", output, output] });
  closeSync(output);
  const log = () => readFileSync(logFile, "utf8");
  await untilHealthy(network, () => child.exitCode !== null, log);
  const muster = (...args: string[]) =>
    execFileSync("ip", ["netns", "exec", network.name, MUSTER, ...args], {
      encoding: "utf8",
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, MUSTER_DATA: dataDir },
    });
  return {
    pid: child.pid ?? 0,
    dataDir,
    log,
    muster,
    createKey: (name, role = "admin") =>
      (JSON.parse(muster("--json", "key", "create", "--name", name, "--role", role)) as { key: string }).key,
    async stop(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      await once(child, "exit");
      return child.exitCode;
    },
  };
}

async function untilHealthy(network: LabNetwork, ended: () => boolean, log: () => string): Promise<void> {
  for (let tries = 0; tries < 1500; tries++) {
    if (ended()) throw new Error(`the daemon ended: ${log().trim().split("\n").slice(-5).join("\n")}`);
    const probe = network.spawn("curl", ["-sf", "-m", "2", "-o", "/dev/null", "http://127.0.0.1:8000/health"]);
    const [control] = await once(probe, "close");
    const boot = network.spawn("curl", ["-sf", "-m", "2", "-o", "/dev/null", `http://${network.address}:8080/boot.ipxe`]);
    const [netboot] = await once(boot, "close");
    if (control === 0 && netboot === 0) return;
    await sleep(200);
  }
  throw new Error(`the daemon did not start: ${log().trim().split("\n").slice(-5).join("\n")}`);
}
