/** Defines the names, colours and order of the phases. The rules for changes between phases are in the daemon. */
import type { Phase } from "../../../daemon/contract/machines/node.ts";
import type { Label } from "../parts/tone.ts";

export interface PhaseLabel extends Label {
  /** An explanation of the phase. */
  meaning: string;
}

export const phaseLabel: Record<Phase, PhaseLabel> = {
  discovered: { word: "Discovered", tone: "attention", meaning: "requested a network boot and has to be accepted" },
  accepted: { word: "Accepted", tone: "idle", meaning: "part of the fleet, boots its own disk" },
  armed: { word: "Armed", tone: "danger", meaning: "its next network boot erases the disk and installs" },
  installing: { word: "Installing", tone: "working", meaning: "the installer is running" },
  "called-home": { word: "Called home", tone: "working", meaning: "installed and reachable, configuration comes next" },
  configuring: { word: "Configuring", tone: "working", meaning: "a playbook is running on it" },
  ready: { word: "Ready", tone: "good", meaning: "installed and configured" },
  "install-failed": { word: "Install failed", tone: "bad", meaning: "the installer did not finish" },
  "configure-failed": { word: "Configure failed", tone: "bad", meaning: "the playbook did not succeed" },
  rescue: { word: "Rescue", tone: "attention", meaning: "boots the rescue system" },
  wiping: { word: "Wiping", tone: "danger", meaning: "its disks are being erased" },
  quarantined: { word: "Quarantined", tone: "bad", meaning: "kept apart until an operator decides" },
  retired: { word: "Retired", tone: "muted", meaning: "no longer part of the fleet" },
};

export type Group = "needs attention" | "in progress" | "available" | "retired";

export const groups: readonly { group: Group; phases: readonly Phase[] }[] = [
  { group: "needs attention", phases: ["install-failed", "configure-failed", "quarantined", "discovered", "rescue"] },
  { group: "in progress", phases: ["wiping", "installing", "called-home", "configuring", "armed"] },
  { group: "available", phases: ["accepted", "ready"] },
  { group: "retired", phases: ["retired"] },
];

/** Most urgent first. */
export const phaseOrder: readonly Phase[] = groups.flatMap(({ phases }) => phases);
