/**
 * Defines the deadlines of the phases that a node must leave in time. If the expected event does not end a phase in
 * time, the deadline ends the phase. The functions are pure, so the caller provides the time.
 */
import type { NodeState, Profile } from "../contract/machines/node.ts";
import type { NodeEvent } from "./phases.ts";

/**
 * The maximum duration of each phase in seconds. The Debian installer needs more time than Muster's own image,
 * because the installer is slow on an old machine.
 */
export const seconds = {
  armed: 24 * 3600,
  installing: { preseed: 2 * 3600, image: 45 * 60 } satisfies Record<Profile, number>,
  /** Overwriting an old disk of four terabytes takes ten hours. */
  wiping: { quick: 30 * 60, full: 24 * 3600 },
  calledHome: 10 * 60,
  configuring: 60 * 60,
} as const;

export const deadlineAfter = (now: Date, lasting: number): string => new Date(now.getTime() + lasting * 1000).toISOString();

/**
 * Returns the event that ends an overdue phase. Returns undefined if the phase is not overdue. The phase
 * `configuring` ends with its job, which has its own deadline.
 */
export function overdue(state: NodeState, now: Date): NodeEvent | undefined {
  const at = now.toISOString();
  switch (state.phase) {
    case "armed":
      return at >= state.until ? { type: "disarmed" } : undefined;
    case "installing":
      return at >= state.deadline
        ? { type: "install-failed", at, reason: `no call-home by ${state.deadline} (last stage: ${state.stage ?? "none"})` }
        : undefined;
    case "wiping":
      if (at < state.deadline) return undefined;
      return state.startedAt === undefined
        ? { type: "disarmed" }
        : { type: "install-failed", at, reason: `the wipe did not end by ${state.deadline}` };
    case "called-home":
      return at >= state.deadline ? { type: "configure-failed", at, reason: `no job was started by ${state.deadline}` } : undefined;
    default:
      return undefined;
  }
}
