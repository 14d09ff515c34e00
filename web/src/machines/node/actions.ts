/** What an operator may do to a node, by its phase. The daemon decides again; this only spares useless buttons. */
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

/** The page offers what the phase allows; of a wipe that has begun nothing can be taken back. */
export const actionsFor = (phase: Phase): readonly Action[] => allowed[phase];

export function actionsOf({ state }: Pick<Node, "state">): readonly Action[] {
  return state.phase === "wiping" && state.startedAt !== undefined ? [] : actionsFor(state.phase);
}

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
  promote: "Promote…",
  wake: "Wake",
  rescue: "Rescue",
  "end-rescue": "End the rescue",
  wipe: "Wipe…",
  retire: "Retire…",
};

/** These overwrite, give up or raise a machine: the operator types its name first. */
const named = ["arm", "wipe", "promote", "retire"] as const;
export type NamedAction = (typeof named)[number];

export const needsTypedName = (action: Action): action is NamedAction => named.some((each) => each === action);

export const isDangerous = (action: Action): boolean => action === "arm" || action === "wipe" || action === "retire";

/** Why this role may change nothing; nothing when it may. */
export function refusal(role: Role): string | undefined {
  return role === "operator" || role === "admin" ? undefined : `Your key's role is ${role}; changes take the role operator.`;
}
