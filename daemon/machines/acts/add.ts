/** Adds a machine that Muster has not seen yet. The new node is accepted immediately. */
import { randomUUID } from "node:crypto";
import type { Node } from "../../contract/machines/node.ts";
import type { Mac } from "../../contract/names.ts";
import { MusterError } from "../../errors/errors.ts";
import { proposedName } from "../naming.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export interface NewMachine {
  mac: Mac;
  name?: string | undefined;
  disk?: string | undefined;
}

export function addMachine(
  { nodes, registry }: Pick<ActPorts, "nodes" | "registry">,
  { mac, name, disk }: NewMachine,
  requester: Requester,
): Node {
  const known = nodes.findByMac(mac);
  if (known) throw new MusterError("NODE_WRONG_PHASE", `mac: ${mac} is ${known.name} already`);
  if (name !== undefined && nodes.findByName(name)) throw new MusterError("NODE_NAME_TAKEN", `name: another node is called ${name}`);
  const parameters = { mac, ...(name !== undefined && { name }), ...(disk !== undefined && { disk }) };
  requester.permit({ tool: "machine_add", parameters });
  const now = new Date().toISOString();
  const node: Node = {
    id: randomUUID(),
    name: name ?? proposedName(mac, (taken) => nodes.findByName(taken) !== undefined),
    macs: [mac],
    state: { phase: "accepted" },
    facts: {},
    ...(disk !== undefined && { disk }),
    createdAt: now,
    updatedAt: now,
  };
  return registry.add(node, { source: "control", type: "node.accepted", summary: `added and accepted by ${requester.name}` });
}
