/** Collects the steps of a machine's last boot from its timeline. Pure. The code reads the fields of events, never their text. */
import type { Event } from "../../contract/event.ts";
import { DhcpFacts, OtherOfferFacts } from "../../contract/netboot/wire-facts.ts";

export interface WireStory {
  /** The events of the machine's last boot, oldest first. */
  events: Event[];
  discovers: number;
  /** The number of DISCOVER messages that Muster answered with a boot file. */
  offers: number;
  /** The reason why Muster gave no boot file, from the last DISCOVER message without a boot file. */
  silence: string | undefined;
  /** The boot file or URL that Muster offered last. */
  bootFile: string | undefined;
  requests: number;
  /** The other DHCP server that the machine chose. */
  chose: string | undefined;
  /** The overheard offers of other DHCP servers, by server address. */
  otherOffers: ReadonlyMap<string, OtherOfferFacts>;
  bootServer: number;
  tftp: { complete: string[]; probes: number; refused: string[]; broken: string[] };
  http: { files: number; refused: string[] };
  /** The boot script that the machine received. */
  script: string | undefined;
  ipxe: boolean;
}

/**
 * The pause in milliseconds that separates two boots. Firmware repeats its requests for a minute. A new boot
 * takes longer, because it needs a power-on self-test or a person.
 */
const PAUSE_MS = 120_000;
const ofTheWire = /^(dhcp|tftp|http)\.|^boot\.|^install\.handed-out$/;

interface Writing extends WireStory {
  otherOffers: Map<string, OtherOfferFacts>;
}

export function wireStory(timeline: readonly Event[]): WireStory {
  const events = lastBoot(timeline.filter(({ source, type }) => source === "netboot" && ofTheWire.test(type)));
  const story: Writing = {
    events,
    discovers: 0,
    offers: 0,
    silence: undefined,
    bootFile: undefined,
    requests: 0,
    chose: undefined,
    otherOffers: new Map(),
    bootServer: 0,
    tftp: { complete: [], probes: 0, refused: [], broken: [] },
    http: { files: 0, refused: [] },
    script: undefined,
    ipxe: false,
  };
  for (const event of events) tell(story, event);
  return story;
}

function lastBoot(events: Event[]): Event[] {
  const last = events.findLastIndex((event, index) => {
    const before = events[index - 1];
    return before === undefined || Date.parse(event.at) - Date.parse(before.at) > PAUSE_MS;
  });
  return events.slice(Math.max(last, 0));
}

function tell(story: Writing, { type, summary, detail }: Event): void {
  switch (type) {
    case "dhcp.discover":
    case "dhcp.request":
    case "dhcp.inform": {
      const facts = DhcpFacts.safeParse(detail);
      // The operating system also requests an address, but its request is not a step of a network boot.
      if (facts.success && facts.data.stage !== "operating-system") tellDhcp(story, type, facts.data);
      return;
    }
    case "dhcp.other-offer": {
      const offer = OtherOfferFacts.safeParse(detail);
      if (offer.success) story.otherOffers.set(offer.data.server, offer.data);
      return;
    }
    case "tftp.complete":
      story.tftp.complete.push(summary);
      return;
    case "tftp.probe":
      story.tftp.probes += 1;
      return;
    case "tftp.refused":
      story.tftp.refused.push(summary);
      return;
    case "tftp.aborted":
    case "tftp.gave-up":
    case "tftp.failed":
      story.tftp.broken.push(summary);
      return;
    case "http.asset":
      story.http.files += 1;
      return;
    case "http.refused":
      story.http.refused.push(summary);
      return;
    default:
      if (type.startsWith("boot.") || type === "install.handed-out") story.script = summary;
  }
}

function tellDhcp(story: WireStory, type: string, { stage, answer, bootServer, bootFile, withheld, server }: DhcpFacts): void {
  if (bootFile !== undefined) story.bootFile = bootFile;
  if (bootFile !== undefined && stage === "ipxe") story.ipxe = true;
  if (bootServer) {
    story.bootServer += 1;
  } else if (type === "dhcp.discover") {
    story.discovers += 1;
    if (bootFile !== undefined) story.offers += 1;
    else story.silence = withheld;
  } else {
    story.requests += 1;
    // If Muster did not answer the request, the machine chose another server.
    if (server !== undefined && answer === "none") story.chose = server;
  }
}

/** Lists the steps that Muster saw and the first missing step. */
export function tellSteps(story: WireStory, proxy: boolean): string[] {
  const { tftp, http } = story;
  if (story.discovers + story.requests + story.bootServer === 0 && story.events.length === 0)
    return ["no packet of a network boot was ever seen from it"];
  const times = (count: number) => (count === 1 ? "once" : `${count} times`);
  const lines = [
    story.discovers === 0 ? "no DISCOVER seen" : `DISCOVER seen ${times(story.discovers)}`,
    story.offers > 0
      ? `our offer${story.bootFile ? ` of ${story.bootFile}` : ""} sent ${times(story.offers)}`
      : `no offer sent${story.silence ? `: ${story.silence}` : ""}`,
    ...[...story.otherOffers.values()].map((offer) => `${nameOf(offer)} offered it ${contentOf(offer)}`),
    story.requests === 0
      ? "no REQUEST seen"
      : `REQUEST seen ${times(story.requests)}${story.chose ? `, to the server ${story.chose}${proxy ? ", as expected for its address" : ""}` : ""}`,
    story.bootServer === 0 ? "no request on port 4011" : `request on port 4011 ${times(story.bootServer)}`,
    tftp.complete.length + tftp.refused.length + tftp.broken.length + tftp.probes === 0
      ? "no TFTP request seen"
      : ([...tftp.complete, ...tftp.refused, ...tftp.broken].at(-1) ?? "TFTP asked for the size of a file"),
    story.script ? `script given: ${story.script}` : "no boot script requested",
  ];
  return http.refused.length > 0 ? [...lines, ...http.refused] : lines;
}

export const nameOf = ({ server, mac }: { server: string; mac?: string | undefined }): string =>
  mac === undefined ? server : `${server} (${mac})`;

function contentOf({ address, bootFile, nextServer, pxe }: OtherOfferFacts): string {
  const named = [
    address && `the address ${address}`,
    bootFile && `the boot file ${bootFile}`,
    nextServer && `next-server ${nextServer}`,
    pxe && "PXE options",
  ].filter(Boolean);
  return named.length > 0 ? named.join(", ") : "nothing that could be read";
}
