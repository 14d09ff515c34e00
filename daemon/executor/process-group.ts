/** The identity of a process group. Its leader's start time distinguishes it from another group with the same number. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface ProcessGroup {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks since the machine booted. */
  startTime: string;
  /** Numbers and clock ticks start again at every boot. */
  bootId: string;
}

/** Positions after the name in /proc/<pid>/stat. */
const [STATE, GROUP, START_TIME] = [0, 2, 19] as const;
const ZOMBIE = "Z";

/** Reads `<pid> <start time> <boot id>`. The numbers 0 and 1 would mean every process, so they are refused. */
export function readGroup(file: string): ProcessGroup | undefined {
  if (!existsSync(file)) return undefined;
  const [pid, startTime, bootId] = readFileSync(file, "utf8").trim().split(" ");
  return Number(pid) > 1 && startTime && bootId ? { pid: Number(pid), startTime, bootId } : undefined;
}

/** True while the leader or any other member of the group lives. */
export function isAlive(group: ProcessGroup): boolean {
  if (isLeaderAlive(group)) return true;
  const { pid, startTime, bootId } = group;
  if (bootIdNow() !== bootId) return false;
  const leader = statFields(pid);
  if (leader && leader[START_TIME] !== startTime) return false;
  // The leader has ended. Members of its group keep the kernel from using the number again.
  return processIds().some((member) => {
    const fields = statFields(member);
    // Where no process collects orphans, as in many containers, an ended one stays in its group forever.
    return fields !== undefined && Number(fields[GROUP]) === pid && fields[STATE] !== ZOMBIE;
  });
}

export function isLeaderAlive({ pid, startTime, bootId }: ProcessGroup): boolean {
  const leader = statFields(pid);
  return leader !== undefined && leader[START_TIME] === startTime && leader[STATE] !== ZOMBIE && bootIdNow() === bootId;
}

export const signalGroup = ({ pid }: ProcessGroup, signal: NodeJS.Signals): void => send(-pid, signal);

/** The leader alone, and only if the number still belongs to it. */
export function signalLeader(group: ProcessGroup, signal: NodeJS.Signals): void {
  if (isLeaderAlive(group)) send(group.pid, signal);
}

/** A process that has ended in the meantime is no error. */
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

/** The fields after the name, which may itself contain spaces and parentheses. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    // It has ended.
    return undefined;
  }
}
