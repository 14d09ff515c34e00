/**
 * The identity of a process group. The start time of the leader distinguishes the group from a later group with the same
 * number.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface ProcessGroup {
  pid: number;
  /** Field 22 of `/proc/<pid>/stat`, which is the start time in clock ticks since the machine booted. */
  startTime: string;
  /** The id of the current boot. Process numbers and clock ticks start again at every boot. */
  bootId: string;
}

/** The positions of three fields in `/proc/<pid>/stat`, counted after the process name. */
const [STATE, GROUP, START_TIME] = [0, 2, 19] as const;
const ZOMBIE = "Z";
/** On a busy machine the kernel can take this number of milliseconds to end a process that received SIGKILL. */
export const KILLED_MS = 15_000;

/**
 * Reads a line `<pid> <start time> <boot id>`. Refuses the numbers 0 and 1, because a signal to them would reach other
 * processes.
 */
export function readGroup(file: string): ProcessGroup | undefined {
  if (!existsSync(file)) return undefined;
  const [pid, startTime, bootId] = readFileSync(file, "utf8").trim().split(" ");
  return Number(pid) > 1 && startTime && bootId ? { pid: Number(pid), startTime, bootId } : undefined;
}

/** Returns true while any process of the group is running. */
export function isAlive(group: ProcessGroup): boolean {
  if (isLeaderAlive(group)) return true;
  const { pid, startTime, bootId } = group;
  if (bootIdNow() !== bootId) return false;
  const leader = statFields(pid);
  if (leader && leader[START_TIME] !== startTime) return false;
  // The leader has ended. The kernel does not reuse the pid of the leader while the group has other members.
  return processIds().some((member) => {
    const fields = statFields(member);
    // Ignores zombies. In many containers no process collects orphans, so an ended process stays in its group forever.
    return fields !== undefined && Number(fields[GROUP]) === pid && fields[STATE] !== ZOMBIE;
  });
}

export function isLeaderAlive({ pid, startTime, bootId }: ProcessGroup): boolean {
  const leader = statFields(pid);
  return leader !== undefined && leader[START_TIME] === startTime && leader[STATE] !== ZOMBIE && bootIdNow() === bootId;
}

export const signalGroup = ({ pid }: ProcessGroup, signal: NodeJS.Signals): void => send(-pid, signal);

/** Sends a signal only to the leader of the group, and only if the pid still belongs to the leader. */
export function signalLeader(group: ProcessGroup, signal: NodeJS.Signals): void {
  if (isLeaderAlive(group)) send(group.pid, signal);
}

/** Sends a signal. Does not throw if the process has ended in the meantime. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

export const processIds = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

const bootIdNow = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** Returns the fields after the name, because the name itself may contain spaces and parentheses. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    // The process has ended.
    return undefined;
  }
}
