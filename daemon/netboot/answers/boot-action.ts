/** What a machine that asks for its boot script gets, and why. The disk is sacred: everything but `armed` is harmless. */
import type { Node, Profile } from "../../contract/machines/node.ts";
import { mayRetry } from "../../machines/phases.ts";
import { unsuitable } from "../../machines/suitability.ts";

export type BootAction =
  /** Show the name and ask again: somebody may accept or arm it within the minute. */
  | { action: "wait"; reason: string }
  /** Harmless to the disks, so as often as it boots. */
  | { action: "rescue"; reason: string }
  | { action: "wipe"; reason: string }
  | { action: "install"; profile: Profile; retry: boolean; reason: string }
  /** `failed`: this boot ends an install that cannot, or can no longer, come out well. */
  | { action: "local"; reason: string; failed?: string };

/** How long an undecided machine waits before it boots its disk. */
export const WAIT_SECONDS = 60;

export function bootAction(node: Node, waitedSeconds: number, now: Date): BootAction {
  const { state } = node;
  const ours = state.phase === "rescue" || state.phase === "wiping"; // their kernel is the image's
  const unfit = "profile" in state ? unsuitable(node.facts, state.profile) : ours ? unsuitable(node.facts, "image") : undefined;
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
      return { action: "rescue", reason: "the rescue system was asked for; the disks are left alone" };
    case "wiping":
      if (state.startedAt === undefined) {
        if (now.toISOString() >= state.deadline) return local(`its arming for a wipe ended at ${state.deadline}`);
        if (unfit !== undefined) return { ...local(unfit), failed: unfit };
        return {
          action: "wipe",
          reason: `armed for one wipe of ${state.disks === "all" ? "all fixed disks" : "the disk an installation takes"}`,
        };
      }
      return {
        ...local("its wipe was interrupted, and nothing is wiped twice"),
        failed: `the machine rebooted in the middle of the wipe (last stage: ${state.stage ?? "none"}); arm it again to begin anew`,
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
