/** Defines the routes about boot quirks. A quirk changes how netboot boots a machine. */

import type { Node } from "../../contract/machines/node.ts";
import type { AppliedQuirk, MachineQuirks, QuirkLine } from "../../contract/netboot/quirk.ts";
import { routes } from "../../contract/routes.ts";
import { chooseQuirks, forgetQuirks, type QuirkPorts } from "../../netboot/quirks/quirk-acts.ts";
import { appliedQuirks } from "../../netboot/quirks/quirks.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

export interface QuirksApi extends QuirkPorts {
  byHand: RequesterOf;
  quirkLines: readonly QuirkLine[];
}

export function quirksApi(mount: Mount, { quirkLines, byHand, ...ports }: QuirksApi): void {
  const { nodes, quirks } = ports;
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

  mount(routes.listQuirks, () => {
    const all = nodes.list();
    const cards = new Set(all.flatMap(({ macs }) => macs));
    const gone = quirks.all().filter(({ mac }) => !cards.has(mac));
    return [
      ...all.flatMap((node) => node.macs.filter((mac, card) => card === 0 || hasLearned(mac)).map((mac) => of(mac, node))),
      ...gone.map(({ mac }) => of(mac, undefined)),
    ].filter(({ quirks: applied }) => applied.length > 0);
  });

  mount(routes.chooseQuirks, (wanted, context) => ofNode(chooseQuirks(ports, wanted, byHand(context))));
  mount(routes.forgetQuirks, (which, context) => ofNode(forgetQuirks(ports, which, byHand(context))));
}

/** Returns the MAC address from which the node boots. */
function cardOf({ macs }: Node): string {
  const [first] = macs;
  if (first === undefined) throw new Error("a node has a MAC address");
  return first;
}
