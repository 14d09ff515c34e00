/**
 * Lists the actions (acts) that change only Muster's own records, by tool name: racks, enrol tokens and the quarantine. A step
 * of a plan may contain them.
 */
import * as z from "zod";
import { MachineRole } from "../../../contract/machines/enrol.ts";
import { Rack, RackName, RackPlace } from "../../../contract/machines/rack.ts";
import { NodeName } from "../../../contract/names.ts";
import { type Acts, type OnNode, onNodes } from "../own-acts.ts";
import { discardMachine, type QuarantinePorts, releaseMachine } from "./quarantine.ts";
import { placeNode, type RackPorts, removeRack, saveRack, unplaceNode } from "./racks.ts";
import { keepToken, revokeToken, type TokenPorts } from "./tokens.ts";

export type RecordPorts = RackPorts & TokenPorts & QuarantinePorts;

const RackValues = z.strictObject(Rack.shape);
const PlaceValues = z.strictObject(RackPlace.shape);
const RackOf = z.strictObject({ name: RackName });
const Kept = z.strictObject({ ttl_seconds: z.int(), hash: z.string().regex(/^[0-9a-f]{64}$/) });
const TokenValues = Kept.extend({ role: MachineRole, uses: z.int().min(1).max(1000) });
const ById = z.strictObject({ id: z.string() });
const ReleaseValues = ById.extend({ name: NodeName.optional() });

const onNode: Readonly<Record<string, OnNode<RecordPorts>>> = {
  place: async (ports, { node, parameters }, by) => {
    const { rack } = placeNode(ports, { node, ...PlaceValues.parse(parameters) }, by);
    return `${node} stands in ${rack}`;
  },
  unplace: async (ports, { node }, by) => unplaceNode(ports, { node }, by),
  node_token_create: async (ports, { node, parameters }, by) => {
    const { ttl_seconds: ttlSeconds, hash } = Kept.parse(parameters);
    const { id } = keepToken(ports, { node, ttlSeconds, uses: 1, role: "worker" }, hash, by.name);
    return `the token ${id} is valid`;
  },
  quarantine_replace: async (ports, { node, parameters }, by) =>
    admitted(await releaseMachine(ports, { ...ById.parse(parameters), replace: true, confirm: node }, by)),
};

export const recordActs = (ports: RecordPorts): Acts => ({
  ...onNodes(ports, onNode),
  rack_save: async ({ parameters }, by) => `the rack ${saveRack(ports, RackValues.parse(parameters), by).name} is saved`,
  rack_remove: async ({ parameters }, by) => removeRack(ports, { rack: RackOf.parse(parameters).name }, by),
  token_create: async ({ parameters }, by) => {
    const { ttl_seconds: ttlSeconds, hash, ...wish } = TokenValues.parse(parameters);
    return `the token ${keepToken(ports, { ...wish, ttlSeconds }, hash, by.name).id} is valid`;
  },
  token_revoke: async ({ parameters }, by) => revokeToken(ports, ById.parse(parameters), by),
  quarantine_release: async ({ parameters }, by) =>
    admitted(await releaseMachine(ports, { ...ReleaseValues.parse(parameters), replace: false }, by)),
  quarantine_discard: async ({ parameters }, by) => {
    const { name, mac } = discardMachine(ports, ById.parse(parameters), by);
    return `the machine with ${mac} that claimed the name ${name} is rejected`;
  },
});

const admitted = ({ node, job }: { node: { name: string }; job: { id: string; status: string } }): string =>
  `${node.name} is admitted; job ${job.id} is ${job.status}`;
