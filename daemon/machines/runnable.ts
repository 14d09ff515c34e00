/** Whether a playbook may be run on a node now: it must have a system of ours, and nothing must be about to replace it. Pure. */
import type { Node } from "../contract/machines/node.ts";

/** Why not, or nothing. */
export function notRunnable({ state, name }: Node): string | undefined {
  switch (state.phase) {
    case "ready":
    case "configure-failed":
      return undefined;
    case "called-home":
    case "configuring":
      return `${name} is being made ready`;
    case "retired":
    case "quarantined":
      return `${name} is ${state.phase}`;
    case "discovered":
    case "accepted":
    case "armed":
    case "installing":
    case "install-failed":
    case "rescue":
    case "wiping":
      return `${name} is ${state.phase}: it has no system to run a playbook on`;
  }
}
