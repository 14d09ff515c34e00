/**
 * Explains boots in which a machine used the offer of another DHCP server. Names the other server, its offer, and the
 * settings to change on that server. Pure.
 */
import type { Finding } from "../../contract/netboot/explanation.ts";
import type { OtherServer } from "../../contract/netboot/network.ts";
import { nameOf, type WireStory } from "../explain/wire-story.ts";

interface Rival {
  name: string;
  /** The address of the other DHCP server. */
  address: string;
  bootFile: string | undefined;
  nextServer: string | undefined;
  pxe: boolean;
  /** True if at least one of the server's offers reached Muster. */
  heard: boolean;
}

/** Returns the finding for a machine that chose the offer of another server. */
export function tookTheOther(story: WireStory, servers: readonly OtherServer[], router: readonly string[]): Finding {
  const rival = rivalAt(story.chose ?? "", story, servers);
  const took = `the machine got two offers and took that of the server ${rival.name}; ours was ignored`;
  const named = claims(rival);
  if (named.length > 0)
    return {
      finding: `${took}. That server names ${named.join(", ")}`,
      next: [...takeAway(rival), `or set them on ${rival.address} to Muster's:`, ...router],
    };
  if (rival.heard)
    return {
      finding: `${took}. That server names no boot file, and this firmware reads only one offer`,
      next: [`Let ${rival.address} send all boot options. Set on it:`, ...router],
    };
  return {
    finding: `${took}. That server probably names a boot file or PXE options itself; its offer did not reach Muster`,
    next: [`On ${rival.address}: remove boot file, next-server and options 43, 60, 66 and 67, or set them to Muster's:`, ...router],
  };
}

/** Returns the finding for a machine that chose no offer or does not merge offers. */
export function mergedNone(story: WireStory, servers: readonly OtherServer[], router: readonly string[], proxy: boolean): Finding {
  const rivals = [...story.otherOffers.keys()].map((address) => rivalAt(address, story, servers));
  const also = rivals.length > 0 ? `, together with that of ${rivals.map(({ name }) => name).join(" and ")}` : "";
  const where =
    rivals.length === 1
      ? `Let ${rivals[0]?.address}, the LAN's own DHCP server, send all boot options.`
      : "Let the LAN's own DHCP server send all boot options.";
  return {
    finding: `our offer was sent ${story.offers} times${also}, but no REQUEST, no request on port 4011 and no TFTP request followed: this firmware does not merge two servers' offers, or never receives ours`,
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
    // Most servers send their own address as next-server in every offer. Without a boot file, next-server has no effect.
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
  return settings.length > 0 ? [`On ${address}: remove ${settings.join(", ")},`] : [];
}
