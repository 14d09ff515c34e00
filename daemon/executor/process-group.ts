/** A run's process group, told from a stranger with the same number by when its leader started. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessGroup {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks since the machine booted. */
  startTime: string;
}

/** The wrapper's file: `<pid> <start time>`. */
export function readGroup(file: string): ProcessGroup | undefined {
  if (!existsSync(file)) return undefined;
  const [pid, startTime] = readFileSync(file, "utf8").trim().split(" ");
  return pid && startTime ? { pid: Number(pid), startTime } : undefined;
}

export function isAlive({ pid, startTime }: ProcessGroup): boolean {
  const now = startTimeOf(pid);
  if (now !== undefined) return now === startTime && stateOf(pid) !== "Z" ? true : now === startTime && groupExists(pid);
  // Leader gone, members perhaps not: their group keeps the number from being used again.
  return groupExists(pid);
}

/** TERM, patience, KILL; true when nothing of the group is left. */
export async function terminate(group: ProcessGroup, graceMs: number): Promise<boolean> {
  for (const [signal, waitMs] of [
    ["SIGTERM", graceMs],
    ["SIGKILL", 2000],
  ] as const) {
    if (!isAlive(group)) return true;
    signalGroup(group.pid, signal);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isAlive(group)) return true;
      await sleep(50);
    }
  }
  return !isAlive(group);
}

function startTimeOf(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

const stateOf = (pid: number): string | undefined => statFields(pid)?.[0];

/** What follows the name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function groupExists(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
