/** Ends a process group: a polite signal, a grace, SIGKILL. */
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessGroup, readGroup, signalGroup, signalLeader } from "./process-group.ts";

export interface StopPolicy {
  /**
   * `group`: every process gets the first signal.
   * `command`: the command alone gets it and ends its own children. Terraform needs this to save its state.
   */
  target: "group" | "command";
  first: "SIGTERM" | "SIGINT";
  /** The time until SIGKILL. It is asked again and again, so a stop of the daemon can shorten it. Infinity: no SIGKILL. */
  graceMs(): number;
}

const POLL_MS = 50;
/** A process in the kernel's hands may outlive SIGKILL for this long. */
const KILLED_MS = 2000;

/** Resolves to true when nothing of the group is left, or when the command has ended and the policy is for it alone. */
export async function terminate(
  group: ProcessGroup,
  policy: StopPolicy,
  { commandFile, hasEnded }: { commandFile: string; hasEnded(): boolean },
): Promise<boolean> {
  const isGone = () => (policy.target === "command" && hasEnded()) || !isAlive(group);
  const since = Date.now();
  let isSent = false;
  for (; !isGone(); await sleep(POLL_MS)) {
    if (!isSent) isSent = signalFirst(group, policy, commandFile);
    if (Date.now() - since >= policy.graceMs()) {
      signalGroup(group, "SIGKILL");
      break;
    }
  }
  for (const deadline = Date.now() + KILLED_MS; !isGone() && Date.now() < deadline; ) await sleep(POLL_MS);
  return isGone();
}

/** False while the wrapper has not saved yet which process the command is. */
function signalFirst(group: ProcessGroup, { target, first }: StopPolicy, commandFile: string): boolean {
  if (target === "group") {
    signalGroup(group, first);
    return true;
  }
  const command = readGroup(commandFile);
  if (command) signalLeader(command, first);
  return command !== undefined;
}
