/**
 * Checks whether a playbook may run on a node now. The node needs a system from Muster that is not about to be
 * replaced. Pure.
 */
import type { Node } from "../contract/machines/node.ts";

/** Returns the reason why no playbook may run on the node, or undefined. */
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
