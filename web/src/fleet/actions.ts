/** What an operator may do to a node, by its phase. The daemon decides again; this only spares useless buttons. */
import type { Role } from "../../../daemon/contract/key.ts";
import type { Phase } from "../../../daemon/contract/node.ts";

export type Action = "accept" | "arm" | "disarm" | "configure" | "wake" | "retire";

const allowed: Record<Phase, readonly Action[]> = {
  discovered: ["accept", "wake", "retire"],
  accepted: ["arm", "wake", "retire"],
  armed: ["disarm", "wake", "retire"],
  installing: [],
  "called-home": ["configure", "arm", "retire"],
  configuring: [],
  ready: ["configure", "arm", "wake", "retire"],
  "install-failed": ["arm", "wake", "retire"],
  "configure-failed": ["configure", "arm", "wake", "retire"],
  rescue: ["arm", "wake", "retire"],
  wiping: [],
  quarantined: ["retire"],
  retired: [],
};

export const actionsFor = (phase: Phase): readonly Action[] => allowed[phase];

/** The one step that usually comes next, for a card. A node that works is not offered its own erasure there. */
const nextStep: Partial<Record<Phase, Action>> = {
  discovered: "accept",
  accepted: "arm",
  armed: "disarm",
  "install-failed": "arm",
  "configure-failed": "configure",
};

export const nextActionFor = (phase: Phase): Action | undefined => nextStep[phase];

export const actionWord: Record<Action, string> = {
  accept: "Accept",
  arm: "Arm…",
  disarm: "Disarm",
  configure: "Configure",
  wake: "Wake",
  retire: "Retire…",
};

/** These overwrite or give up a machine: the operator types its name first. */
export const needsTypedName = (action: Action): action is "arm" | "retire" => action === "arm" || action === "retire";

/** Why this role may change nothing; nothing when it may. */
export function refusal(role: Role): string | undefined {
  return role === "operator" || role === "admin" ? undefined : `Your key's role is ${role}; changes take the role operator.`;
}
