/** A run's process group, told from a stranger with the same number by when its leader started, and what left the group. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessGroup {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks since the machine booted. */
  startTime: string;
  /** Numbers and clock ticks begin anew at every boot. */
  bootId: string;
}

/** Of what follows the name in /proc/<pid>/stat. */
const [STATE, GROUP, START_TIME] = [0, 2, 19] as const;
const ZOMBIE = "Z";

/** The wrapper's file: `<pid> <start time> <boot id>`; a number that means a group of others (0, 1) is never taken from it. */
export function readGroup(file: string): ProcessGroup | undefined {
  if (!existsSync(file)) return undefined;
  const [pid, startTime, bootId] = readFileSync(file, "utf8").trim().split(" ");
  return Number(pid) > 1 && startTime && bootId ? { pid: Number(pid), startTime, bootId } : undefined;
}

export function isAlive({ pid, startTime, bootId }: ProcessGroup): boolean {
  if (readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() !== bootId) return false;
  const leader = statFields(pid);
  if (leader && leader[START_TIME] !== startTime) return false;
  if (leader && leader[STATE] !== ZOMBIE) return true;
  // Leader ended, members perhaps not: their group keeps the number from being used again.
  return groupExists(pid) && hasLivingMember(pid);
}

/** Where nobody collects orphans, as in many containers, an ended one stays in its group for good. */
function hasLivingMember(group: number): boolean {
  return processIds().some((pid) => {
    const fields = statFields(pid);
    return fields !== undefined && Number(fields[GROUP]) === group && fields[STATE] !== ZOMBIE;
  });
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

/**
 * Processes whose environment holds `entry`, wherever they went: the workers of newer Ansible lead sessions of their own, so a
 * signal to the run's group does not reach them.
 */
export function processesWith(entry: string): number[] {
  return processIds().filter((pid) => environmentOf(pid).includes(entry));
}

const processIds = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // It ended in the meantime, or is another user's.
    return [];
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

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
