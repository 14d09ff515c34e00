/**
 * Defines the actions on a node that each phase allows. The daemon decides again. The page only hides the buttons of
 * actions that the daemon would refuse.
 */
import type { Role } from "../../../../daemon/contract/admin/key.ts";
import type { Node, Phase } from "../../../../daemon/contract/machines/node.ts";

export type Action = "accept" | "arm" | "disarm" | "configure" | "promote" | "wake" | "rescue" | "end-rescue" | "wipe" | "retire";

const allowed: Record<Phase, readonly Action[]> = {
  discovered: ["accept", "wake", "retire"],
  accepted: ["arm", "wake", "rescue", "wipe", "retire"],
  armed: ["disarm", "wake", "retire"],
  installing: [],
  "called-home": ["configure", "arm", "retire"],
  configuring: [],
  ready: ["configure", "promote", "arm", "wake", "rescue", "wipe", "retire"],
  "install-failed": ["arm", "wake", "rescue", "wipe", "retire"],
  "configure-failed": ["configure", "promote", "arm", "wake", "rescue", "wipe", "retire"],
  rescue: ["end-rescue", "arm", "wake", "wipe", "retire"],
  wiping: ["disarm"],
  quarantined: ["retire"],
  retired: [],
};

/** Returns the actions that the phase allows. A wipe that has started cannot be undone. */
export const actionsFor = (phase: Phase): readonly Action[] => allowed[phase];

export function actionsOf({ state }: Pick<Node, "state">): readonly Action[] {
  return state.phase === "wiping" && state.startedAt !== undefined ? [] : actionsFor(state.phase);
}

/** The usual next action in each phase, for the card of a machine. A card never offers to erase a working node. */
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
  promote: "Promote…",
  wake: "Wake",
  rescue: "Rescue",
  "end-rescue": "End rescue",
  wipe: "Wipe…",
  retire: "Retire…",
};

/**
 * The actions that erase, retire or promote a machine. The operator confirms each of these actions by typing the
 * machine's name.
 */
const named = ["arm", "wipe", "promote", "retire"] as const;
export type NamedAction = (typeof named)[number];

export const needsTypedName = (action: Action): action is NamedAction => named.some((each) => each === action);

export const isDangerous = (action: Action): boolean => action === "arm" || action === "wipe" || action === "retire";

/** Returns the reason why a user with this role cannot make changes. Returns undefined for a role that allows changes. */
export function refusal(role: Role): string | undefined {
  return role === "operator" || role === "admin" ? undefined : `Your key's role is ${role}. Changes require the role operator.`;
}
