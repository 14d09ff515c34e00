/**
 * Sets up a laboratory: a network with the daemon, QEMU machines and simulated machines. The parts of the lab stop in
 * the reverse order of their start.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Lifecycle } from "../../daemon/lifecycle.ts";
import { type LabAssets, placeAssets, unpackImage } from "./assets.ts";
import { type LabDaemon, startDaemon } from "./daemon.ts";
import { type Door, openDoor } from "./door.ts";
import { startLanDhcp } from "./lan.ts";
import { claim, sweep, unmountBelow } from "./leftovers.ts";
import { type RunningMachine, startMachine } from "./machine.ts";
import { createNetwork, type LabNetwork } from "./network.ts";
import { startRelay } from "./relay.ts";
import { powerOn, type SimulatedMachine } from "./simulated/machine.ts";

export interface LabOptions {
  cache: string;
  assets: LabAssets;
  machines: number;
  simulated: number;
  firmware: "bios" | "uefi";
  dhcp: "full" | "proxy";
  /** The port of 127.0.0.1 on which the page is available. If the port is in use, the lab chooses another port. */
  port: number;
}

export interface Lab {
  network: LabNetwork;
  /** The folder of the lab, which is deleted when the lab stops. */
  folder: string;
  daemon: LabDaemon;
  door: Door;
  key: string;
  /** The names of the machines, by MAC address. */
  names: ReadonlyMap<string, string>;
  start(say: (line: string) => void): void;
  stop(): Promise<void>;
}

export async function buildLab(options: LabOptions): Promise<Lab> {
  const { cache, assets, dhcp } = options;
  mkdirSync(cache, { recursive: true });
  sweep(cache);
  const folder = mkdtempSync(join(cache, "run-"));
  const dataDir = join(folder, "data");
  const parts = new Lifecycle();
  try {
    await parts.start("folder", () => folder, removeFolder);
    placeAssets(assets, dataDir);
    const network = await parts.start("network", createNetwork, (each) => each.close());
    claim(folder, network.name);
    const relay = await parts.start(
      "relay",
      () => startRelay(network, folder, join(cache, "packages")),
      (each) => each.close(),
    );
    if (dhcp === "proxy") await startLanDhcp(network);
    const daemon = await parts.start(
      "daemon",
      () => startDaemon(network, { folder, dataDir, dhcp, mirror: relay.url }),
      (each) => each.stop(),
    );
    const door = await parts.start(
      "door",
      () => openDoor(network, folder, 8000, options.port),
      (each) => each.close(),
    );
    const running = await parts.start(
      "machines",
      (): (RunningMachine | SimulatedMachine)[] => [],
      (machines) => Promise.all(machines.map((machine) => machine.stop())),
    );

    const names = new Map<string, string>();
    for (let number = 1; number <= options.machines; number++) names.set(mac(0, number), `qemu-${number}`);
    for (let number = 1; number <= options.simulated; number++) names.set(mac(1, number), `simulated-${number}`);

    return {
      network,
      folder,
      daemon,
      door,
      key: daemon.createKey("lab"),
      names,
      start(say) {
        const image = options.simulated > 0 ? unpackImage(assets, cache) : "";
        for (const [address, name] of names) {
          if (name.startsWith("qemu-")) {
            running.push(startMachine(network, { folder, name, mac: address, firmware: options.firmware, roms: assets.roms, diskGb: 8 }));
            continue;
          }
          const machine = powerOn(network, { folder, name, mac: address, image });
          machine.running.catch((error: unknown) => say(`${name.padEnd(16)} stopped: ${error instanceof Error ? error.message : error}`));
          running.push(machine);
        }
      },
      stop: () => parts.stop(),
    };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

function removeFolder(folder: string): void {
  unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true });
}

const mac = (kind: number, number: number) => `52:54:00:4d:${kind.toString(16).padStart(2, "0")}:${number.toString(16).padStart(2, "0")}`;
