/** Explains a machine the way it would be answered where it was seen last. */
import { blockHolds, parseBlock } from "../../../pxe/dhcp/address.ts";
import type { Config } from "../../config/config.ts";
import type { Explanation } from "../../contract/netboot/explanation.ts";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import { type Asked, explainMachine } from "../../netboot/explain/explain.ts";
import type { Stores } from "../../store/stores.ts";
import type { BootPlace } from "../address.ts";
import { fleetContent } from "../netboot/fleet-content.ts";

export function explainer(
  config: Config,
  data: DataDir,
  stores: Stores,
  places: readonly BootPlace[],
): (mac: string, asked: Asked & { interface?: string | undefined }) => Explanation {
  const contents = new Map([undefined, ...places].map((place) => [place, fleetContent(config, data, place?.network)]));
  return (mac, asked) => {
    const place = asked.interface === undefined ? placeOf(addressesOf(mac, stores), places) : placeNamed(asked.interface, places);
    const content = contents.get(place);
    if (!content) throw new Error("every place has its content");
    return explainMachine(mac, asked, {
      ...stores,
      config: place?.settings ?? config.netboot,
      network: place?.network,
      content,
      assets: data.assets,
      among: places.map(({ settings }) => settings.interface),
    });
  };
}

function placeNamed(name: string, places: readonly BootPlace[]): BootPlace {
  const place = places.find(({ settings }) => settings.interface === name);
  if (place) return place;
  const there = places.map(({ settings }) => settings.interface).join(", ") || "none";
  throw new MusterError("REQUEST_INVALID", `interface: machines do not boot from ${name}; they boot from: ${there}`);
}

/** The first, where nothing is known of it. */
export function placeOf(addresses: readonly string[], places: readonly BootPlace[]): BootPlace | undefined {
  return places.find(({ network }) => addresses.some((address) => blockHolds(parseBlock(network.cidr), address))) ?? places[0];
}

/** Newest knowledge first: where it fetched its script is where it boots. */
function addressesOf(mac: string, { nodes, leases }: Stores): string[] {
  return [nodes.findByMac(mac)?.address, leases.find(mac)?.address].filter((address) => address !== undefined);
}
