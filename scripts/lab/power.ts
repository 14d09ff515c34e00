/** Keeps a machine running. A reboot of the machine ends its QEMU process, and this module starts the next process. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { LabNetwork } from "./network.ts";
import { type QemuMachine, qemuArguments, qemuFor } from "./qemu.ts";
import { openQmp, type Qmp } from "./qmp.ts";

const aside = join(import.meta.dirname, "aside");

export interface Powered {
  pid(): number;
  /** True if the machine has stopped and is not about to start again. */
  isOver(): boolean;
  /** Returns the standard error output of QEMU. */
  complaint(): string;
  execute(command: string): Promise<void>;
  stop(): Promise<void>;
}

export function powerOn(network: LabNetwork, machine: QemuMachine): Powered {
  let child: ChildProcess;
  let qmp: Promise<Qmp | undefined>;
  let [over, stopping] = [false, false];
  let complaint = "";
  const start = () => {
    rmSync(machine.qmp, { force: true });
    const started = network.spawn(aside, [qemuFor(machine.firmware), ...qemuArguments(machine)], { stdio: ["ignore", "ignore", "pipe"] });
    started.stderr?.setEncoding("utf8").on("data", (text) => {
      complaint += text;
    });
    const opened = openQmp(machine.qmp, () => started.exitCode !== null || started.signalCode !== null || stopping);
    started.once("exit", async () => {
      const reason = await (await opened)?.ended;
      if (!stopping && reason?.endsWith("reset")) start();
      else over = true;
    });
    [child, qmp] = [started, opened];
  };
  start();

  return {
    pid() {
      if (child.pid === undefined) throw new Error(`${machine.name} did not start`);
      return child.pid;
    },
    isOver: () => over,
    complaint: () => complaint.trim(),
    async execute(command) {
      const connection = await qmp;
      if (!connection) throw new Error(`${machine.name} has ended: ${complaint.trim()}`);
      await connection.execute(command);
    },
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
