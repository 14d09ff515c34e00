/**
 * Lists Muster's own actions (acts) that a step of a plan may contain, by tool name. The policy has already decided
 * about the plan, so an action asks for no further permission.
 */
import * as z from "zod";
import type { Values } from "../../contract/changes/tool.ts";
import { GroupName, Variable, VariableName } from "../../contract/machines/inventory.ts";
import { DiskPath, Profile, WipedDisks } from "../../contract/machines/node.ts";
import { PowerAction } from "../../contract/machines/power.ts";
import { Mac, NodeName } from "../../contract/names.ts";
import { MusterError } from "../../errors/errors.ts";
import { acceptNode } from "./accept.ts";
import { addMachine } from "./add.ts";
import { armNode } from "./arm.ts";
import { addCard, removeCard } from "./cards.ts";
import { changeInventory, moveAsPlanned } from "./change-inventory.ts";
import { disarmNode } from "./disarm.ts";
import { endRescue } from "./end-rescue.ts";
import { forgetDiscovered } from "./forget.ts";
import type { ActPorts } from "./ports.ts";
import { switchPower } from "./power.ts";
import { promoteNode } from "./promote.ts";
import { machineReplaced } from "./replaced.ts";
import { reprovisionNode } from "./reprovision.ts";
import type { Requester } from "./requester.ts";
import { rescueNode } from "./rescue.ts";
import { retireNode } from "./retire.ts";
import { wakeNode } from "./wake.ts";
import { wipeNode } from "./wipe.ts";

export interface OwnAct {
  tool: string;
  /**
   * The node's name. The plan contains the name, so the name counts as typed by the requester. Absent if the tool takes no
   * node.
   */
  node?: string;
  parameters: Values;
  requestedBy: string;
}

/** Performs an action (act) on a node. Returns a text of one line that describes the result. */
export type OnNode<Ports> = (ports: Ports, act: OwnAct & { node: string }, by: Requester) => Promise<string>;

/** The actions of one area, by tool name. */
export type Acts = Readonly<Record<string, (act: OwnAct, by: Requester) => Promise<string>>>;

const ArmValues = z.strictObject({ profile: Profile.optional() });
const WipeValues = z.strictObject({ disks: WipedDisks, quick: z.boolean() });
const PowerValues = z.strictObject({ action: PowerAction.exclude(["status"]) });
const GroupValues = z.strictObject({ group: GroupName, becomes: z.string() });
const UnsetValues = z.strictObject({ group: z.union([GroupName, z.literal("all")]).optional(), key: VariableName });
const SetValues = UnsetValues.extend({ value: z.string() });
const AcceptValues = z.strictObject({ name: NodeName.optional(), disk: DiskPath.optional() });
const AddValues = AcceptValues.extend({ mac: Mac });
const CardValues = z.strictObject({ mac: Mac });
const ReprovisionValues = z.strictObject({ check: z.boolean() });

const performs: Readonly<Record<string, OnNode<ActPorts>>> = {
  accept: async (ports, { node, parameters }, by) => inPhase(acceptNode(ports, { node, ...AcceptValues.parse(parameters) }, by)),
  arm: async (ports, { node, parameters }, by) => inPhase(armNode(ports, { node, confirm: node, ...ArmValues.parse(parameters) }, by)),
  wipe: async (ports, { node, parameters }, by) => inPhase(wipeNode(ports, { node, confirm: node, ...WipeValues.parse(parameters) }, by)),
  disarm: async (ports, { node }, by) => inPhase(disarmNode(ports, { node }, by)),
  forget: async (ports, { node }, by) => {
    forgetDiscovered(ports, { nodes: [node] }, by);
    return `${node} is forgotten`;
  },
  replaced: async (ports, { node }, by) => {
    machineReplaced(ports, { node }, by);
    return `the next machine with a MAC address of ${node} is ${node}`;
  },
  card_add: async (ports, { node, parameters }, by) => withCards(addCard(ports, { node, ...CardValues.parse(parameters) }, by)),
  card_remove: async (ports, { node, parameters }, by) => withCards(removeCard(ports, { node, ...CardValues.parse(parameters) }, by)),
  rescue: async (ports, { node }, by) => inPhase(rescueNode(ports, { node }, by)),
  end_rescue: async (ports, { node }, by) => inPhase(endRescue(ports, { node }, by)),
  retire: async (ports, { node }, by) => inPhase(await retireNode(ports, { node, confirm: node }, by)),
  wake: async (ports, { node }, by) => (await wakeNode(ports, { node }, by)).message,
  power: async (ports, { node, parameters }, by) =>
    (await switchPower(ports, { node, confirm: node, ...PowerValues.parse(parameters) }, by)).message,
  group_join: (ports, { node, parameters }, by) => {
    const { group, becomes } = GroupValues.parse(parameters);
    return moveAsPlanned(ports, { tool: "group_join", node, group }, becomes, by);
  },
  group_leave: (ports, { node, parameters }, by) => {
    const { group, becomes } = GroupValues.parse(parameters);
    return moveAsPlanned(ports, { tool: "group_leave", node, group }, becomes, by);
  },
  variable_set: (ports, { node, parameters }, by) => {
    const { group, key, value: text } = SetValues.parse(parameters);
    const { value } = Variable.parse({ key, value: ports.inventory.kept.valueOf(text) });
    return changeInventory(ports, { tool: "variable_set", owner: group === undefined ? { node } : { group }, key, value }, by);
  },
  variable_unset: async (ports, { node, parameters }, by) => {
    const { group, key } = UnsetValues.parse(parameters);
    const owner = group === undefined ? { node } : { group };
    // A plan repeats the change of a group in the step of each node.
    if (group !== undefined && !ports.inventory.has(owner, key)) return `${key} of the group ${group} is removed`;
    return changeInventory(ports, { tool: "variable_unset", owner, key }, by);
  },
  promote: async (ports, { node }, by) => queued(await promoteNode(ports, { node }, by)),
  reprovision: async (ports, { node, parameters }, by) =>
    queued(await reprovisionNode(ports, { node, ...ReprovisionValues.parse(parameters) }, by)),
};

/** The actions on nodes and machines. */
export const machineActs = (ports: ActPorts): Acts => ({
  ...onNodes(ports, performs),
  machine_add: async ({ parameters }, by) => inPhase(addMachine(ports, AddValues.parse(parameters), by)),
});

/** Gives each action its ports, and the node that its tool takes. */
export const onNodes = <Ports>(ports: Ports, all: Readonly<Record<string, OnNode<Ports>>>): Acts =>
  Object.fromEntries(
    Object.entries(all).map(([tool, perform]) => [
      tool,
      async ({ node, ...act }: OwnAct, by: Requester) => {
        if (node === undefined) throw new MusterError("PARAMETER_INVALID", `${tool} needs a node`);
        return perform(ports, { node, ...act }, by);
      },
    ]),
  );

export async function performOwnAct(acts: Acts, act: OwnAct): Promise<string> {
  const perform = Object.hasOwn(acts, act.tool) ? acts[act.tool] : undefined;
  if (!perform) throw new MusterError("TOOL_NOT_FOUND", `${act.tool} is no act of Muster's own`);
  return perform(act, { name: act.requestedBy, permit: () => undefined });
}

const withCards = ({ name, macs }: { name: string; macs: readonly string[] }): string => `${name} has the network cards ${macs.join(", ")}`;

const inPhase = ({ name, state }: { name: string; state: { phase: string } }): string => `${name} is ${state.phase}`;

const queued = ({ id, status }: { id: string; status: string }): string => `job ${id} is ${status}`;
