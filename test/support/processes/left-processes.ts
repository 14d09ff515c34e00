/** Ends the processes that a stopped daemon left at work, because a run outlives the daemon. */
import { readdirSync, readFileSync } from "node:fs";

/** Kills each process whose command line or environment names a file below the folder. */
export function endProcessesOf(folder: string): void {
  for (const pid of processesOf(folder)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

export const processesOf = (folder: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => ["cmdline", "environ"].some((file) => textOf(`/proc/${pid}/${file}`).includes(`${folder}/`)))
    .map(Number);

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // The process has ended, or it belongs to another user.
  }
}
