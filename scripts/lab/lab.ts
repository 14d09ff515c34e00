/** A laboratory: a network with the daemon in it, QEMU machines and simulated ones. Built in order, taken down in reverse. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
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
  /** Of 127.0.0.1, where the page is; another one when it is taken. */
  port: number;
}

export interface Lab {
  network: LabNetwork;
  /** Gone when the lab is. */
  folder: string;
  daemon: LabDaemon;
  door: Door;
  key: string;
  /** By MAC address: the name each machine gets. */
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
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), () => unmountBelow(folder)];
  const stop = async () => {
    const errors: unknown[] = [];
    // One that fails must not keep the others from being taken down.
    for (const step of undo.splice(0).reverse())
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, `the lab could not be taken down completely: ${errors.join("; ")}`);
  };
  try {
    placeAssets(assets, dataDir);
    const network = createNetwork();
    undo.push(() => network.close());
    claim(folder, network.name);
    const relay = await startRelay(network, folder, join(cache, "packages"));
    undo.push(() => relay.close());
    if (dhcp === "proxy") await startLanDhcp(network);
    const daemon = await startDaemon(network, { folder, dataDir, dhcp, mirror: relay.url });
    undo.push(() => daemon.stop());
    const door = await openDoor(network, folder, 8000, options.port);
    undo.push(() => door.close());

    const names = new Map<string, string>();
    const running: (RunningMachine | SimulatedMachine)[] = [];
    undo.push(() => Promise.all(running.map((machine) => machine.stop())));
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
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const mac = (kind: number, number: number) => `52:54:00:4d:${kind.toString(16).padStart(2, "0")}:${number.toString(16).padStart(2, "0")}`;
