/**
 * Finds processes by a variable in their environment. A process in its own session receives no signals of the process group.
 * One example is a worker of a recent Ansible.
 */
import { readFileSync } from "node:fs";
import { processIds, send } from "./process-group.ts";

export const processesWith = (entry: string): number[] => processIds().filter((pid) => environmentOf(pid).includes(entry));

export const kill = (pid: number): void => send(pid, "SIGKILL");

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // The process has ended in the meantime, or it belongs to another user.
    return [];
  }
}
