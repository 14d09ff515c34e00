/**
 * Lists Muster's own actions (acts) that a step of a plan may contain, by tool name. The policy has already decided
 * about the plan, so an action asks for no further permission.
 */
import * as z from "zod";
import type { Values } from "../../contract/changes/tool.ts";
import { Profile, WipedDisks } from "../../contract/machines/node.ts";
import { PowerAction } from "../../contract/machines/power.ts";
import { MusterError } from "../../errors/errors.ts";
import { armNode } from "./arm.ts";
import { endRescue } from "./end-rescue.ts";
import type { ActPorts } from "./ports.ts";
import { switchPower } from "./power.ts";
import { promoteNode } from "./promote.ts";
import { reprovisionNode } from "./reprovision.ts";
import type { Requester } from "./requester.ts";
import { rescueNode } from "./rescue.ts";
import { retireNode } from "./retire.ts";
import { wakeNode } from "./wake.ts";
import { wipeNode } from "./wipe.ts";

export interface OwnAct {
  tool: string;
  /** The node's name. The plan contains the name, so the name counts as typed by the requester. */
  node: string;
  parameters: Values;
  requestedBy: string;
}

/** Performs an action (act). Returns a text of one line that describes the result. */
type Perform = (ports: ActPorts, act: OwnAct, by: Requester) => Promise<string>;

const ArmValues = z.strictObject({ profile: Profile.optional() });
const WipeValues = z.strictObject({ disks: WipedDisks, quick: z.boolean() });
const PowerValues = z.strictObject({ action: PowerAction.exclude(["status"]) });
const ReprovisionValues = z.strictObject({ check: z.boolean() });

const performs: Readonly<Record<string, Perform>> = {
  arm: async (ports, { node, parameters }, by) => inPhase(armNode(ports, { node, confirm: node, ...ArmValues.parse(parameters) }, by)),
  wipe: async (ports, { node, parameters }, by) => inPhase(wipeNode(ports, { node, confirm: node, ...WipeValues.parse(parameters) }, by)),
  rescue: async (ports, { node }, by) => inPhase(rescueNode(ports, { node }, by)),
  end_rescue: async (ports, { node }, by) => inPhase(endRescue(ports, { node }, by)),
  retire: async (ports, { node }, by) => inPhase(await retireNode(ports, { node, confirm: node }, by)),
  wake: async (ports, { node }, by) => (await wakeNode(ports, { node }, by)).message,
  power: async (ports, { node, parameters }, by) =>
    (await switchPower(ports, { node, confirm: node, ...PowerValues.parse(parameters) }, by)).message,
  promote: async (ports, { node }, by) => queued(await promoteNode(ports, { node }, by)),
  reprovision: async (ports, { node, parameters }, by) =>
    queued(await reprovisionNode(ports, { node, ...ReprovisionValues.parse(parameters) }, by)),
};

export const ownActs: readonly string[] = Object.keys(performs);

export async function performOwnAct(ports: ActPorts, act: OwnAct): Promise<string> {
  const perform = Object.hasOwn(performs, act.tool) ? performs[act.tool] : undefined;
  if (!perform) throw new MusterError("TOOL_NOT_FOUND", `${act.tool} is no act of Muster's own`);
  return perform(ports, act, { name: act.requestedBy, permit: () => undefined });
}

const inPhase = ({ name, state }: { name: string; state: { phase: string } }): string => `${name} is ${state.phase}`;

const queued = ({ id, status }: { id: string; status: string }): string => `job ${id} is ${status}`;
