/** Sets or removes the boot quirks of a node. A quirk changes how the node boots from the network. */
import * as z from "zod";
import type { Values } from "../../contract/changes/tool.ts";
import type { Node } from "../../contract/machines/node.ts";
import { Quirks } from "../../contract/netboot/quirk.ts";
import { MusterError } from "../../errors/errors.ts";
import { type Acts, onNodes } from "../../machines/acts/own-acts.ts";
import type { Requester } from "../../machines/acts/requester.ts";
import { findNode } from "../../machines/find-node.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { QuirkStore } from "../../store/netboot/quirks.ts";

export interface QuirkPorts {
  nodes: NodeStore;
  events: EventStore;
  quirks: QuirkStore;
}

export function chooseQuirks(
  { nodes, events, quirks }: QuirkPorts,
  { node, ...wanted }: Quirks & { node: string },
  requester: Requester,
): Node {
  const target = findNode(nodes, node);
  requester.permit({ tool: "quirks_set", parameters: valuesOf(wanted), nodes: [target] });
  for (const mac of target.macs) quirks.choose(mac, wanted);
  const summary = `boot quirks set to ${JSON.stringify(wanted)} by ${requester.name}`;
  events.append({ source: "control", type: "quirk.chosen", summary, nodeId: target.id });
  return target;
}

export function forgetQuirks({ nodes, events, quirks }: QuirkPorts, { node }: { node: string }, requester: Requester): Node {
  const target = findNode(nodes, node);
  const known = new Set(quirks.all().map(({ mac }) => mac));
  if (!target.macs.some((mac) => known.has(mac)))
    throw new MusterError("QUIRKS_UNKNOWN", `node: ${target.name} has no chosen or learned quirks`);
  requester.permit({ tool: "quirks_clear", nodes: [target] });
  for (const mac of target.macs) quirks.forget(mac);
  const summary = `chosen and learned boot quirks removed by ${requester.name}`;
  events.append({ source: "control", type: "quirk.forgotten", summary, nodeId: target.id });
  return target;
}

/** The parameter of a tool is never a list, so the ways to boot the disk are one text. */
const valuesOf = ({ blockSize, tftpOptions, rollover, loader, localBoot }: Quirks): Values => ({
  ...(blockSize !== undefined && { block_size: blockSize }),
  ...(tftpOptions !== undefined && { tftp_options: tftpOptions }),
  ...(rollover !== undefined && { rollover }),
  ...(loader !== undefined && { loader }),
  ...(localBoot !== undefined && { local_boot: localBoot.join(",") }),
});

const QuirkValues = z
  .strictObject({
    block_size: z.int(),
    tftp_options: z.boolean(),
    rollover: z.int(),
    loader: z.string(),
    local_boot: z.string().transform((ways) => ways.split(",")),
  })
  .partial()
  .transform(({ block_size: blockSize, tftp_options: tftpOptions, rollover, loader, local_boot: localBoot }) =>
    JSON.parse(JSON.stringify({ blockSize, tftpOptions, rollover, loader, localBoot })),
  )
  .pipe(Quirks.refine((quirks) => Object.keys(quirks).length > 0, "names nothing to change"));

export const quirkActs = (ports: QuirkPorts): Acts =>
  onNodes(ports, {
    quirks_set: async (all, { node, parameters }, by) => {
      chooseQuirks(all, { node, ...QuirkValues.parse(parameters) }, by);
      return `the boot quirks of ${node} are set`;
    },
    quirks_clear: async (all, { node }, by) => {
      forgetQuirks(all, { node }, by);
      return `${node} has no chosen or learned quirks`;
    },
  });
