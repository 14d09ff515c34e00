/** Defines the routes about boot quirks. A quirk changes how netboot boots a machine. */

import type { Node } from "../../contract/machines/node.ts";
import type { AppliedQuirk, MachineQuirks, QuirkLine } from "../../contract/netboot/quirk.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { appliedQuirks } from "../../netboot/quirks/quirks.ts";
import type { EventStore } from "../../store/events.ts";
import type { QuirkStore } from "../../store/netboot/quirks.ts";
import type { Mount } from "../mount.ts";

export interface QuirksApi {
  nodes: { list(): readonly Node[] };
  /** Finds a node by its name, MAC address or id. Throws NODE_NOT_FOUND if no node matches. */
  findNode(reference: string): Node;
  events: EventStore;
  quirks: QuirkStore;
  quirkLines: readonly QuirkLine[];
}

export function quirksApi(mount: Mount, { nodes, findNode, events, quirks, quirkLines }: QuirksApi): void {
  const of = (mac: string, node: Node | undefined): MachineQuirks => {
    const { manufacturer: make, product: model, firmware, uuid } = node?.facts ?? {};
    const machine = { mac, make, model, firmware, uuid };
    const applied: AppliedQuirk[] = appliedQuirks(machine, { ...quirks.find(mac), lines: quirkLines });
    return {
      mac,
      ...(node && { node: node.name }),
      ...(make !== undefined && { make }),
      ...(model !== undefined && { model }),
      ...(firmware !== undefined && { firmware }),
      quirks: applied,
    };
  };
  const ofNode = (node: Node) => of(cardOf(node), node);
  const hasLearned = (mac: string) => Object.keys(quirks.find(mac).learned.quirks).length > 0;
  const record = (node: Node, type: string, summary: string) => events.append({ source: "control", type, summary, nodeId: node.id });

  mount(routes.listQuirks, () => {
    const all = nodes.list();
    const cards = new Set(all.flatMap(({ macs }) => macs));
    const gone = quirks.all().filter(({ mac }) => !cards.has(mac));
    return [
      ...all.flatMap((node) => node.macs.filter((mac, card) => card === 0 || hasLearned(mac)).map((mac) => of(mac, node))),
      ...gone.map(({ mac }) => of(mac, undefined)),
    ].filter(({ quirks: applied }) => applied.length > 0);
  });

  mount(routes.chooseQuirks, ({ node: name, ...wanted }, { caller }) => {
    const node = findNode(name);
    for (const mac of node.macs) quirks.choose(mac, wanted);
    record(node, "quirk.chosen", `boot quirks set to ${JSON.stringify(wanted)} by ${caller.name}`);
    return ofNode(node);
  });

  mount(routes.forgetQuirks, ({ node: name }, { caller }) => {
    const node = findNode(name);
    const forgotten = node.macs.filter((mac) => quirks.forget(mac));
    if (forgotten.length === 0) throw new MusterError("QUIRKS_UNKNOWN", `node: ${node.name} has no chosen or learned quirks`);
    record(node, "quirk.forgotten", `chosen and learned boot quirks removed by ${caller.name}`);
    return ofNode(node);
  });
}

/** Returns the MAC address from which the node boots. */
function cardOf({ macs }: Node): string {
  const [first] = macs;
  if (first === undefined) throw new Error("a node has a MAC address");
  return first;
}
