/** Starts a QEMU machine in the lab's network. The machine can be reset and stopped, and its serial output can be read. */
import { randomUUID } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabNetwork } from "./network.ts";
import { powerOn } from "./power.ts";
import { type FirmwareKind, type QemuMachine, qemuFor, uefi } from "./qemu.ts";

export type MachineOptions = Omit<QemuMachine, "tap" | "serialLog" | "qmp" | "uefiVariables" | "disk"> & {
  /** The folder of the machine's disk, serial log and firmware variables. */
  folder: string;
  /** The size of the sparse disk in GB. The disk is created unless a disk with that name exists. */
  diskGb?: number;
};

export interface RunningMachine {
  pid: number;
  /** Returns all serial output since the machine was started. */
  serial(): string;
  /** Waits for the pattern in the serial output since the start or the last reset, and resolves with the match. */
  waitForSerial(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The reason why QEMU machines cannot be started on this host, or false if they can. The value fits the `skip` option
 * of node:test.
 */
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
