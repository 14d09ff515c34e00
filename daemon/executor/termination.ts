/** Stops a process group. Sends a first signal, waits for a grace period, and then sends SIGKILL. */
import { setTimeout as sleep } from "node:timers/promises";
import { steadyMs } from "../errors/steady-clock.ts";
import { isAlive, KILLED_MS, type ProcessGroup, readGroup, signalGroup, signalLeader } from "./process-group.ts";

export interface StopPolicy {
  /**
   * With `group`, all processes receive the first signal. With `command`, only the command receives the first signal and ends
   * its own children. Terraform can save its state only with `command`.
   */
  target: "group" | "command";
  first: "SIGTERM" | "SIGINT";
  /**
   * Returns the time until SIGKILL in milliseconds. The function is called repeatedly, so that a stop of the daemon can
   * shorten the time. Infinity means no SIGKILL.
   */
  graceMs(): number;
}

const POLL_MS = 50;

/** Resolves to true if all processes of the group have ended. With the target `command`, the end of the command is sufficient. */
export async function terminate(
  group: ProcessGroup,
  policy: StopPolicy,
  { commandFile, hasEnded }: { commandFile: string; hasEnded(): boolean },
): Promise<boolean> {
  const isGone = () => (policy.target === "command" && hasEnded()) || !isAlive(group);
  const since = steadyMs();
  let isSent = false;
  for (; !isGone(); await sleep(POLL_MS)) {
    if (!isSent) isSent = signalFirst(group, policy, commandFile);
    if (steadyMs() - since >= policy.graceMs()) {
      signalGroup(group, "SIGKILL");
      break;
    }
  }
  for (const deadline = steadyMs() + KILLED_MS; !isGone() && steadyMs() < deadline; ) await sleep(POLL_MS);
  return isGone();
}

/** Sends the first signal. Returns false if the wrapper has not saved the identity of the command yet. */
function signalFirst(group: ProcessGroup, { target, first }: StopPolicy, commandFile: string): boolean {
  if (target === "group") {
    signalGroup(group, first);
    return true;
  }
  const command = readGroup(commandFile);
  if (command) signalLeader(command, first);
  return command !== undefined;
}
