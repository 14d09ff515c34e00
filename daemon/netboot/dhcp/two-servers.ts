/** Another DHCP server was listened to instead of us: which one it is, what it said, and what to change there. Pure. */
import type { Finding } from "../../contract/netboot/explanation.ts";
import type { OtherServer } from "../../contract/netboot/network.ts";
import { nameOf, type WireStory } from "../explain/wire-story.ts";

interface Rival {
  name: string;
  /** The address as it stands in the router's own settings. */
  address: string;
  bootFile: string | undefined;
  nextServer: string | undefined;
  pxe: boolean;
  /** Whether an offer of it ever reached us. */
  heard: boolean;
}

/** It took the offer of the other server. */
export function tookTheOther(story: WireStory, servers: readonly OtherServer[], router: readonly string[]): Finding {
  const rival = rivalAt(story.chose ?? "", story, servers);
  const took = `it heard two offers and took that of the server ${rival.name}; ours was ignored`;
  const named = claims(rival);
  if (named.length > 0)
    return {
      finding: `${took}. That one names ${named.join(", ")}`,
      next: [...takeAway(rival), `or set them on ${rival.address} to ours:`, ...router],
    };
  if (rival.heard)
    return {
      finding: `${took}. That one names no boot file: this firmware reads one offer alone`,
      next: [`Let ${rival.address} say everything. Set on it:`, ...router],
    };
  return {
    finding: `${took}. That one most likely names a boot file or PXE options itself; its offer did not reach us`,
    next: [`On ${rival.address}: take boot file, next-server and options 43, 60, 66 and 67 away, or set them to ours:`, ...router],
  };
}

/** It took none, or does not merge them. */
export function mergedNone(story: WireStory, servers: readonly OtherServer[], router: readonly string[], proxy: boolean): Finding {
  const rivals = [...story.otherOffers.keys()].map((address) => rivalAt(address, story, servers));
  const also = rivals.length > 0 ? `, beside that of ${rivals.map(({ name }) => name).join(" and ")}` : "";
  const where =
    rivals.length === 1
      ? `Let ${rivals[0]?.address}, the LAN's own DHCP server, say everything.`
      : "Let the LAN's own DHCP server say everything.";
  return {
    finding: `our offer was sent ${story.offers} times${also}, and neither a REQUEST nor a question on port 4011 nor TFTP ever came: this firmware does not merge two servers' offers, or never hears ours`,
    next: [
      ...rivals.flatMap(takeAway),
      `${where} Set there:`,
      ...router,
      ...(proxy ? ["Or switch that server off and let Muster hand out the addresses: netboot.dhcp: full"] : []),
    ],
  };
}

function rivalAt(address: string, { otherOffers }: WireStory, servers: readonly OtherServer[]): Rival {
  const seen = servers.find((server) => server.address === address);
  const offer = otherOffers.get(address) ?? seen?.offer;
  return {
    name: nameOf({ server: address, mac: otherOffers.get(address)?.mac ?? seen?.mac }),
    address,
    // Most servers name themselves as next-server in every offer: alone it leads nowhere.
    nextServer: offer?.nextServer === address && offer.bootFile === undefined ? undefined : offer?.nextServer,
    bootFile: offer?.bootFile,
    pxe: offer?.pxe ?? false,
    heard: offer !== undefined,
  };
}

const claims = ({ bootFile, nextServer, pxe }: Rival): string[] => [
  ...(bootFile === undefined ? [] : [`the boot file ${bootFile}`]),
  ...(nextServer === undefined ? [] : [`next-server ${nextServer}`]),
  ...(pxe ? ["PXE options (43 or 60)"] : []),
];

function takeAway({ address, bootFile, nextServer, pxe }: Rival): string[] {
  const settings = [
    ...(bootFile === undefined ? [] : [`the boot file ${bootFile} (option 67)`]),
    ...(nextServer === undefined ? [] : [`next-server ${nextServer} (option 66)`]),
    ...(pxe ? ["options 43 and 60"] : []),
  ];
  return settings.length > 0 ? [`On ${address}: take away ${settings.join(", ")},`] : [];
}
