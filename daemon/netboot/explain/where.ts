/** Explains the answer that a machine would receive on the interface where Muster last saw it. */
import { blockHolds, parseBlock } from "../../../pxe/dhcp/message/address.ts";
import type { Explanation } from "../../contract/netboot/explanation.ts";
import { MusterError } from "../../errors/errors.ts";
import type { BootCard, BootPlace } from "../boot-places.ts";
import { type ExplainRequest, type ExplainWorld, explainMachine } from "./explain.ts";

type Place = BootPlace<BootCard & ExplainWorld["config"]>;

export interface ExplainerParts extends Omit<ExplainWorld, "config" | "network" | "content" | "among"> {
  /** The settings that apply if no interface is configured. */
  config: ExplainWorld["config"];
  places: readonly Place[];
  contentAt(place: Place | undefined): ExplainWorld["content"];
}

export type Explainer = (mac: string, asked: ExplainRequest & { interface?: string | undefined }) => Explanation;

export function explainer({ places, contentAt, config, ...parts }: ExplainerParts): Explainer {
  const contents = new Map([undefined, ...places].map((place) => [place, contentAt(place)]));
  return (mac, asked) => {
    const place = asked.interface === undefined ? placeOf(addressesOf(mac, parts), places) : placeNamed(asked.interface, places);
    const content = contents.get(place);
    if (!content) throw new Error("every place has its content");
    return explainMachine(mac, asked, {
      ...parts,
      config: place?.settings ?? config,
      network: place?.network,
      content,
      among: places.map(({ settings }) => settings.interface),
    });
  };
}

function placeNamed<P extends BootPlace>(name: string, places: readonly P[]): P {
  const place = places.find(({ settings }) => settings.interface === name);
  if (place) return place;
  const there = places.map(({ settings }) => settings.interface).join(", ") || "none";
  throw new MusterError("REQUEST_INVALID", `interface: machines do not boot from ${name}; they boot from: ${there}`);
}

/** Returns the boot interface (place) whose network contains one of the addresses, or else the first interface. */
export function placeOf<P extends BootPlace>(addresses: readonly string[], places: readonly P[]): P | undefined {
  return places.find(({ network }) => addresses.some((address) => blockHolds(parseBlock(network.cidr), address))) ?? places[0];
}

/**
 * Returns the known addresses of a machine, newest first. The node's address is first, because the machine
 * fetched its script from this address.
 */
function addressesOf(mac: string, { nodes, leases }: Pick<ExplainWorld, "nodes" | "leases">): string[] {
  return [nodes.findByMac(mac)?.address, ...leases.ofMac(mac).map(({ address }) => address)].filter((address) => address !== undefined);
}
