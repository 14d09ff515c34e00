/**
 * Defines the phases of a node and the transitions between them. Only this code changes a node's phase. The code is
 * pure, and the caller stores the result.
 */
import type { InstallStage, NodeState, Phase, Profile, WipedDisks } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";

export type NodeEvent =
  | { type: "accepted" }
  | { type: "armed"; profile: Profile; until: string }
  | { type: "disarmed" }
  | { type: "installer-handed-out"; at: string; deadline: string; keyHash: string }
  | { type: "install-progress"; stage: Exclude<InstallStage, "failed"> }
  | { type: "install-failed"; reason: string; at: string }
  | { type: "called-home"; at: string; deadline: string }
  | { type: "configuring"; jobId: string; at: string }
  | { type: "configured"; at: string }
  | { type: "configure-failed"; jobId?: string; reason: string; at: string }
  | { type: "rescue-asked"; at: string }
  | { type: "rescue-booted"; keyHash: string }
  | { type: "rescue-reachable"; address: string; hostKey: string }
  | { type: "rescue-ended" }
  | { type: "wipe-armed"; disks: WipedDisks; quick: boolean; deadline: string }
  | { type: "wiper-handed-out"; at: string; deadline: string; keyHash: string }
  | { type: "wipe-progress"; stage: Exclude<InstallStage, "failed" | "done"> }
  | { type: "wiped" }
  | { type: "retired"; at: string };

/** Returns the state after an event. Throws `NODE_WRONG_PHASE` if the phase does not allow the event. */
export function advance(state: NodeState, event: NodeEvent): NodeState {
  switch (event.type) {
    case "accepted":
      return from(state, event, ["discovered", "retired"], () => ({ phase: "accepted" }));
    case "armed":
      return from(state, event, ["accepted", "armed", "called-home", "ready", "install-failed", "configure-failed", "rescue"], (was) => ({
        phase: "armed",
        profile: event.profile,
        until: event.until,
        ...readySince(was),
      }));
    case "disarmed":
      return from(state, event, ["armed", "wiping"], (was) => {
        if (was.phase === "armed") return was.readySince ? { phase: "ready", since: was.readySince } : { phase: "accepted" };
        if (was.startedAt !== undefined) throw wrongPhase(state, event);
        return was.before ?? { phase: "accepted" };
      });
    case "installer-handed-out":
      return from(state, event, ["armed", "installing"], (was) => {
        if (was.phase === "installing" && !mayRetry(was)) throw wrongPhase(state, event);
        return {
          phase: "installing",
          profile: was.profile,
          startedAt: was.phase === "installing" ? was.startedAt : event.at,
          deadline: event.deadline,
          attempts: was.phase === "installing" ? was.attempts + 1 : 1,
          keyHash: event.keyHash,
        };
      });
    case "install-progress":
      return from(state, event, ["installing"], (was) => ({ ...was, stage: later(was.stage, event.stage) }));
    case "install-failed":
      // The event `install-failed` is also allowed in the phase `armed`. The facts that a machine reports
      // during boot may rule out the install.
      return from(state, event, ["armed", "installing", "wiping"], () => ({ phase: "install-failed", reason: event.reason, at: event.at }));
    case "called-home":
      // The event `called-home` is also allowed after a missed deadline, because a call-home proves that the machine works.
      return from(state, event, ["accepted", "installing", "called-home", "ready", "install-failed", "configure-failed"], () => ({
        phase: "called-home",
        at: event.at,
        deadline: event.deadline,
      }));
    case "configuring":
      return from(state, event, ["called-home", "configuring", "ready", "configure-failed"], () => ({
        phase: "configuring",
        jobId: event.jobId,
        startedAt: event.at,
      }));
    case "configured":
      return from(state, event, ["configuring"], () => ({ phase: "ready", since: event.at }));
    case "configure-failed":
      return from(state, event, ["configuring", "called-home"], () => ({
        phase: "configure-failed",
        reason: event.reason,
        at: event.at,
        ...(event.jobId !== undefined && { jobId: event.jobId }),
      }));
    case "rescue-asked":
      return from(state, event, ["accepted", "ready", "install-failed", "configure-failed"], (was) => ({
        phase: "rescue",
        since: event.at,
        before: was,
      }));
    case "rescue-booted":
      return from(state, event, ["rescue"], ({ reach: _, ...was }) => ({ ...was, keyHash: event.keyHash }));
    case "rescue-reachable":
      return from(state, event, ["rescue"], (was) => ({ ...was, reach: { address: event.address, hostKey: event.hostKey } }));
    case "rescue-ended":
      return from(state, event, ["rescue"], (was) => was.before ?? { phase: "accepted" });
    case "wipe-armed":
      return from(state, event, ["accepted", "ready", "install-failed", "configure-failed", "rescue"], (was) => ({
        phase: "wiping",
        disks: event.disks,
        quick: event.quick,
        deadline: event.deadline,
        before: was.phase === "rescue" ? (was.before ?? { phase: "accepted" }) : was,
      }));
    case "wiper-handed-out":
      return from(state, event, ["wiping"], (was) => {
        // A wipe is not repeated, even if the first boot never reached the disk. To repeat the wipe, an
        // operator must arm it again and type the node's name.
        if (was.startedAt !== undefined) throw wrongPhase(state, event);
        return { ...was, startedAt: event.at, deadline: event.deadline, keyHash: event.keyHash };
      });
    case "wipe-progress":
      return from(state, event, ["wiping"], (was) => {
        const late = was.stage !== undefined && order.indexOf(was.stage) >= order.indexOf("partition");
        // The wiper may write to the disks only once. The control process refuses a second request to write, even if
        // the request has the same key.
        if (was.startedAt === undefined || (event.stage === "partition" && late)) throw wrongPhase(state, event);
        return { ...was, stage: later(was.stage, event.stage) };
      });
    case "wiped":
      return from(state, event, ["wiping"], (was) => {
        if (was.startedAt === undefined) throw wrongPhase(state, event);
        return { phase: "accepted" };
      });
    case "retired":
      return from(
        state,
        event,
        ["discovered", "accepted", "armed", "called-home", "ready", "install-failed", "configure-failed", "rescue", "quarantined"],
        () => ({ phase: "retired", at: event.at }),
      );
  }
}

/**
 * Returns true if the install may be retried. One retry is allowed if the installer has not yet announced a write to
 * the disk.
 */
export function mayRetry(state: Extract<NodeState, { phase: "installing" }>): boolean {
  return state.attempts < 2 && (state.stage === undefined || state.stage === "start");
}

const order: readonly InstallStage[] = ["start", "partition", "base", "late", "done"];

/** Returns the later of two stages. Progress reports (beacons) may arrive twice or late, so the stage must never go back. */
function later(was: InstallStage | undefined, now: InstallStage): InstallStage {
  return was !== undefined && order.indexOf(was) > order.indexOf(now) ? was : now;
}

function readySince(was: NodeState): { readySince?: string } {
  if (was.phase === "ready") return { readySince: was.since };
  if (was.phase === "rescue") return was.before?.phase === "ready" ? { readySince: was.before.since } : {};
  return was.phase === "armed" && was.readySince !== undefined ? { readySince: was.readySince } : {};
}

function from<P extends Phase>(
  state: NodeState,
  event: NodeEvent,
  allowed: readonly P[],
  change: (was: Extract<NodeState, { phase: P }>) => NodeState,
): NodeState {
  if (!isOneOf(state, allowed)) throw wrongPhase(state, event);
  return change(state);
}

function isOneOf<P extends Phase>(state: NodeState, allowed: readonly P[]): state is Extract<NodeState, { phase: P }> {
  return (allowed as readonly Phase[]).includes(state.phase);
}

const wanted: Record<NodeEvent["type"], string> = {
  accepted: "be accepted",
  armed: "be armed",
  disarmed: "be disarmed",
  "installer-handed-out": "be given an installer",
  "install-progress": "report install progress",
  "install-failed": "fail an install",
  "called-home": "call home",
  configuring: "be configured",
  configured: "become ready",
  "configure-failed": "fail to be configured",
  "rescue-asked": "be rescued",
  "rescue-booted": "boot the rescue system",
  "rescue-reachable": "report its rescue system",
  "rescue-ended": "leave the rescue system",
  "wipe-armed": "be armed for a wipe",
  "wiper-handed-out": "be given the wiper",
  "wipe-progress": "continue a wipe",
  wiped: "be wiped",
  retired: "be retired",
};

function wrongPhase(state: NodeState, event: NodeEvent): MusterError {
  return new MusterError("NODE_WRONG_PHASE", `a node that is ${state.phase} cannot ${wanted[event.type]}`);
}
