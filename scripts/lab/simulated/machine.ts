/**
 * Simulates a machine that boots over the network and installs a system if its boot script requests an install. The
 * installed system runs its own systemd and sshd.
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
  /** A promise that rejects if the machine cannot continue. */
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
      // A machine with an empty disk cannot boot.
      // The pause represents the time until a person switches the machine on again.
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
      // A lazy unmount is needed, because a process that is ending may still have a file open.
      if (existsSync(disk.root)) execFileSync("umount", ["-R", "-l", disk.root], { stdio: "ignore" });
    },
  };
}

/** Starts the installed system in a container, which has its own processes and uses the machine's network card. */
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
  // A host without systemd cannot create a unit for the container, so this script puts the container into cgroups.
  const byHand = `for tree in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
    [ -e "$tree/cgroup.procs" ] || continue
    mkdir -p "$tree/muster-lab/$0" && echo $$ >"$tree/muster-lab/$0/cgroup.procs"
    [ "$tree" != /sys/fs/cgroup/unified ] || break
  done 2>/dev/null
  exec "$@" --keep-unit`;
  const command = existsSync("/run/systemd/system") ? container : ["sh", "-c", byHand, name, ...container];
  return spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", console, console] });
}
