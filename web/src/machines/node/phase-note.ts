/** Returns the most useful fact about a phase, for display next to the name of the phase. */
import type { InstallStage, NodeState } from "../../../../daemon/contract/machines/node.ts";

/** `at` is the instant to which the text refers. */
export interface PhaseNote {
  text: string;
  at?: string;
  jobId?: string;
}

const stageWord: Record<InstallStage, string> = {
  start: "installer started",
  partition: "partitioning the disk",
  base: "unpacking the base system",
  late: "last steps",
  done: "done, restarting",
  failed: "failed",
};

export function phaseNote(state: NodeState): PhaseNote | undefined {
  switch (state.phase) {
    case "armed":
      return { text: `waits for a network boot (${state.profile}), expires`, at: state.until };
    case "installing": {
      const stage = state.stage ? stageWord[state.stage] : "loading the kernel";
      return { text: `${stage}${state.attempts > 1 ? `, attempt ${state.attempts}` : ""}, started`, at: state.startedAt };
    }
    case "called-home":
      return { text: "called home", at: state.at };
    case "configuring":
      return { text: "playbook started", at: state.startedAt, jobId: state.jobId };
    case "ready":
      return { text: "became ready", at: state.since };
    case "install-failed":
    case "quarantined":
      return { text: `${state.reason},`, at: state.at };
    case "configure-failed":
      return { text: `${state.reason},`, at: state.at, ...(state.jobId !== undefined && { jobId: state.jobId }) };
    case "rescue":
      return { text: "in rescue, started", at: state.since };
    case "wiping":
      return state.startedAt === undefined
        ? { text: "waits for a network boot until", at: state.deadline }
        : { text: "started", at: state.startedAt };
    case "retired":
      return { text: "retired", at: state.at };
    case "discovered":
    case "accepted":
      return undefined;
  }
}

export const installStages: readonly InstallStage[] = ["start", "partition", "base", "late", "done"];

/** Returns the number of completed stages of the installation. Returns undefined if no installation is running. */
export function installProgress(state: NodeState): number | undefined {
  if (state.phase !== "installing") return undefined;
  return state.stage === undefined ? 0 : installStages.indexOf(state.stage) + 1;
}
