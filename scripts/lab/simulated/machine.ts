/**
 * A simulated machine: boots over the network, is installed if the script says so, then runs its own systemd
 * and sshd.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabNetwork } from "../network.ts";
import { bootFromNetwork, type Plugged } from "./firmware.ts";
import { type Disk, install } from "./installer.ts";

export interface SimulatedMachine {
  name: string;
  mac: string;
  /** Rejects when the machine cannot continue. */
  running: Promise<void>;
  stop(): void;
}

export function powerOn(network: LabNetwork, options: { name: string; mac: string; folder: string; image: string }): SimulatedMachine {
  const { name, mac, image } = options;
  const folder = join(options.folder, name);
  const { namespace } = network.client(mac);
  const plugged: Plugged = { network, namespace, name, mac, uuid: randomUUID() };
  const disk: Disk = { image, folder, root: join(folder, "root") };
  mkdirSync(folder, { recursive: true });
  let system: ChildProcess | undefined;
  let stopped = false;

  const live = async () => {
    for (;;) {
      const step = await bootFromNetwork(plugged);
      if (stopped) return;
      if (step.kind === "kernel") await install(plugged, step, disk);
      else if (existsSync(join(disk.root, "etc/hostname"))) {
        system = boot(plugged, disk, folder);
        return;
      }
      // An empty disk does not boot. Wait as long as a person who switches the machine on again.
      await sleep(3000);
    }
  };
  return {
    name,
    mac,
    running: live().catch((error) => {
      if (!stopped) throw error;
    }),
    stop() {
      stopped = true;
      system?.kill("SIGKILL");
      // Detach, because an ending process may still have a file open.
      if (existsSync(disk.root)) execFileSync("umount", ["-R", "-l", disk.root], { stdio: "ignore" });
    },
  };
}

/** The installed system with its own process tree: a container that uses the machine's network card. */
export function boot({ namespace, name }: Plugged, { root }: Pick<Disk, "root">, folder: string, more: string[] = []): ChildProcess {
  const console = openSync(join(folder, "console"), "a");
  const container = [
    "systemd-nspawn",
    "--quiet",
    "--boot",
    "--register=no",
    `--machine=${name}`,
    `--network-namespace-path=/run/netns/${namespace}`,
    "--console=read-only",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
    ...more,
    `--directory=${root}`,
  ];
  // Without systemd on this host, no unit can be made for the container, so it gets its cgroups here.
  const byHand = `for tree in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
    [ -e "$tree/cgroup.procs" ] || continue
    mkdir -p "$tree/muster-lab/$0" && echo $$ >"$tree/muster-lab/$0/cgroup.procs"
    [ "$tree" != /sys/fs/cgroup/unified ] || break
  done 2>/dev/null
  exec "$@" --keep-unit`;
  const command = existsSync("/run/systemd/system") ? container : ["sh", "-c", byHand, name, ...container];
  return spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", console, console] });
}
