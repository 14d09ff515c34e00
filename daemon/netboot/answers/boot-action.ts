/**
 * Decides the boot action for a machine that requests its boot script, and gives the reason. Only an `armed`
 * node receives a system that writes to a disk.
 */
import type { Facts, Node, Profile } from "../../contract/machines/node.ts";
import { anotherMachineReason, isAnotherMachine } from "../../machines/identity.ts";
import { mayRetry } from "../../machines/phases.ts";
import { unsuitable } from "../../machines/suitability.ts";

export type BootAction =
  /** The machine shows its name and repeats the request, because an operator may accept or arm the machine soon. */
  | { action: "wait"; reason: string; another?: true }
  /** Boots the rescue system. Every boot may load the rescue system, because it does not change the disks. */
  | { action: "rescue"; reason: string }
  | { action: "wipe"; reason: string }
  | { action: "install"; profile: Profile; retry: boolean; reason: string }
  /** Boots the local disk. If this boot ends an install or a wipe, `failed` is the reason. */
  | { action: "local"; reason: string; failed?: string; another?: true };

/** The seconds that a machine waits for an operator before it boots its disk. */
export const WAIT_SECONDS = 60;

/**
 * `said` contains the facts that the machine reports now. A person armed a machine, not a network card. Therefore another
 * machine with the same card gets nothing that is given out once. `another` is true if the machine is another one.
 */
export function bootAction({ state, facts: known }: Node, waitedSeconds: number, now: Date, said: Facts = {}): BootAction {
  if (state.phase !== "discovered" && isAnotherMachine(known, said)) {
    const reason = anotherMachineReason(said, known);
    if (state.phase === "accepted" && waitedSeconds < WAIT_SECONDS) return { action: "wait", reason, another: true };
    return { ...local(reason), another: true };
  }
  const facts = { ...known, ...said };
  const ours = state.phase === "rescue" || state.phase === "wiping"; // both phases use the kernel of Muster's image
  const unfit = "profile" in state ? unsuitable(facts, state.profile) : ours ? unsuitable(facts, "image") : undefined;
  switch (state.phase) {
    case "discovered":
    case "accepted": {
      const missing = state.phase === "discovered" ? "accepted" : "armed";
      if (waitedSeconds >= WAIT_SECONDS) return local(`not ${missing} within ${WAIT_SECONDS} s`);
      return { action: "wait", reason: `waiting to be ${missing}` };
    }
    case "armed":
      if (now.toISOString() >= state.until) return local(`its arming ended at ${state.until}`);
      if (unfit !== undefined) return { ...local(unfit), failed: unfit };
      return { action: "install", profile: state.profile, retry: false, reason: `armed for one install by ${state.profile}` };
    case "installing":
      if (state.stage === "done") return local("installed; the system on its disk has not called home yet");
      if (unfit !== undefined && mayRetry(state)) return { ...local(unfit), failed: unfit };
      if (mayRetry(state)) {
        return {
          action: "install",
          profile: state.profile,
          retry: true,
          reason: "the first try never reached the disk; this is its one retry",
        };
      }
      return {
        ...local("its install was interrupted, and nothing is installed twice"),
        failed:
          state.stage === undefined || state.stage === "start"
            ? "the installer was fetched twice and never reached the disk"
            : `the machine rebooted in the middle of the install (last stage: ${state.stage})`,
      };
    case "rescue":
      if (unfit !== undefined) return local(unfit);
      return { action: "rescue", reason: "the rescue system was requested; the disks are left alone" };
    case "wiping":
      if (state.startedAt === undefined) {
        if (now.toISOString() >= state.deadline) return local(`its arming for a wipe ended at ${state.deadline}`);
        if (unfit !== undefined) return { ...local(unfit), failed: unfit };
        return {
          action: "wipe",
          reason: `armed for one wipe of ${state.disks === "all" ? "all fixed disks" : "the disk an install would use"}`,
        };
      }
      return {
        ...local("its wipe was interrupted, and nothing is wiped twice"),
        failed: `the machine rebooted in the middle of the wipe (last stage: ${state.stage ?? "none"}); arm it again to restart the wipe`,
      };
    case "called-home":
    case "configuring":
    case "ready":
    case "install-failed":
    case "configure-failed":
    case "quarantined":
    case "retired":
      return local(`it is ${state.phase}; only an armed node is installed`);
  }
}

const local = (reason: string): { action: "local"; reason: string } => ({ action: "local", reason });
