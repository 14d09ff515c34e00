/** Starts a QEMU machine in the lab's network, reads its serial port, resets it and stops it. */
import { randomUUID } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabNetwork } from "./network.ts";
import { powerOn } from "./power.ts";
import { type FirmwareKind, type QemuMachine, qemuFor, uefi } from "./qemu.ts";

export type MachineOptions = Omit<QemuMachine, "tap" | "serialLog" | "qmp" | "uefiVariables" | "disk"> & {
  /** Folder of its disk, serial log and firmware variables. */
  folder: string;
  /** Creates a sparse disk of this size, unless one with that name exists. */
  diskGb?: number;
};

export interface RunningMachine {
  pid: number;
  /** All serial output since the start. */
  serial(): string;
  /** Resolves with the match in the serial output since the start or the last reset. */
  waitForSerial(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The reason why no machine can be started here, or false. Fits the `skip` option of node:test. */
export const noQemu: string | false = cannotRun("bios") || cannotRun("uefi");

export function cannotRun(firmware: FirmwareKind): string | false {
  if (!existsSync(`/usr/bin/${qemuFor(firmware)}`)) return `needs qemu-system-${firmware === "uefi-arm64" ? "arm" : "x86"}`;
  if (firmware !== "bios" && !existsSync(uefi[firmware].variables)) return `needs ${uefi[firmware].package}`;
  return existsSync("/dev/net/tun") ? false : "needs /dev/net/tun";
}

export function startMachine(network: LabNetwork, { folder, diskGb, ...options }: MachineOptions): RunningMachine {
  const file = (suffix: string) => join(folder, `${options.name}.${suffix}`);
  const machine: QemuMachine = { uuid: randomUUID(), ...options, tap: network.tap(), serialLog: file("serial"), qmp: file("qmp") };
  writeFileSync(machine.serialLog, "");
  if (diskGb !== undefined) {
    machine.disk = file("disk");
    if (!existsSync(machine.disk)) writeFileSync(machine.disk, "");
    truncateSync(machine.disk, diskGb * 2 ** 30);
  }
  if (options.firmware !== "bios") {
    machine.uefiVariables = file("vars");
    if (!existsSync(machine.uefiVariables)) copyFileSync(uefi[options.firmware].variables, machine.uefiVariables);
  }

  const serial = () => readFileSync(machine.serialLog, "latin1");
  const running = powerOn(network, machine);
  let mark = 0;

  return {
    get pid() {
      return running.pid();
    },
    serial,
    async waitForSerial(pattern, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const over = running.isOver();
        const match = serial().slice(mark).match(pattern);
        if (match) return match;
        if (over) throw new Error(`${machine.name} ended before it printed ${pattern}: ${running.complaint()}${lastLines(serial())}`);
        if (Date.now() > deadline) throw new Error(`${machine.name} did not print ${pattern} within ${timeoutMs} ms${lastLines(serial())}`);
        await sleep(200);
      }
    },
    async reset() {
      mark = serial().length;
      await running.execute("system_reset");
    },
    stop: () => running.stop(),
  };
}

const lastLines = (text: string) => `\nend of its serial output:\n${text.split("\n").slice(-15).join("\n")}`;
