/**
 * Sets up a laboratory for one machine that runs the Debian installer. The laboratory has a daemon with its assets,
 * and the machine is an accepted node.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "../../daemon/contract/client.ts";
import { Lifecycle } from "../../daemon/lifecycle.ts";
import { type LabAssets, placeAssets } from "../lab/assets.ts";
import { startDaemon } from "../lab/daemon.ts";
import { openDoor } from "../lab/door.ts";
import { claim, release, sweep } from "../lab/leftovers.ts";
import { type RunningMachine, startMachine } from "../lab/machine.ts";
import { createNetwork } from "../lab/network.ts";
import { startRelay } from "../lab/relay.ts";

export interface BenchOptions {
  cache: string;
  assets: LabAssets;
  firmware: "bios" | "uefi";
  /** A second initrd with the installer components that the Debian mirror lacks. */
  overlay: string | undefined;
}

export interface Bench {
  /** The folder with everything that this run wrote, such as the serial output and the daemon's log. */
  folder: string;
  client: Client;
  powerOn(): { machine: RunningMachine /** the serial log, which grows while the machine runs */; installerLog: string };
  /** Stops all parts, and deletes the folder unless `keep` is true. */
  stop(keep: boolean): Promise<void>;
}

export const MACHINE = { name: "installed", mac: "52:54:00:4d:02:01" } as const;

export async function buildBench({ cache, assets, firmware, overlay }: BenchOptions): Promise<Bench> {
  mkdirSync(cache, { recursive: true });
  sweep(cache);
  const folder = mkdtempSync(join(cache, "run-"));
  const dataDir = join(folder, "data");
  const parts = new Lifecycle();
  const stop = async (keep: boolean) => {
    await parts.stop();
    if (!keep) return rmSync(folder, { recursive: true, force: true });
    // If a failed run is kept, delete its large files and keep the logs.
    for (const big of ["data/assets", `${MACHINE.name}.disk`]) rmSync(join(folder, big), { recursive: true, force: true });
    release(folder);
  };
  try {
    placeAssets(assets, dataDir);
    if (overlay !== undefined) {
      mkdirSync(join(dataDir, "assets/lab"));
      copyFileSync(overlay, join(dataDir, "assets/lab/udebs.img"));
    }
    const network = await parts.start("network", createNetwork, (each) => each.close());
    claim(folder, network.name);
    const relay = await parts.start(
      "relay",
      () => startRelay(network, folder, join(cache, "packages")),
      (each) => each.close(),
    );
    const debian = { kernel: "linux-image-cloud-amd64", ...(overlay !== undefined && { extra_initrd: "lab/udebs.img" }) };
    const daemon = await parts.start(
      "daemon",
      () => startDaemon(network, { folder, dataDir, dhcp: "full", mirror: relay.url, settings: { machines: { debian } } }),
      (each) => each.stop(),
    );
    const door = await parts.start(
      "door",
      () => openDoor(network, folder, 8000, 0),
      (each) => each.close(),
    );
    const machines = await parts.start(
      "machine",
      (): RunningMachine[] => [],
      (running) => Promise.all(running.map((machine) => machine.stop())),
    );
    const key = daemon.createKey("e2e");
    return {
      folder,
      client: createClient({ baseUrl: door.url, headers: () => ({ authorization: `Bearer ${key}` }) }),
      powerOn() {
        const installerLog = join(folder, `${MACHINE.name}.installer-log`);
        writeFileSync(installerLog, "");
        const machine = startMachine(network, {
          ...MACHINE,
          folder,
          firmware,
          roms: assets.roms,
          diskGb: 8,
          memoryMb: 1280,
          cpus: 2,
          secondSerialLog: installerLog,
        });
        machines.push(machine);
        return { machine, installerLog };
      },
      stop,
    };
  } catch (error) {
    await stop(false);
    throw error;
  }
}
