/** What a machine's timeline says of its last boot, as the steps a boot has. Pure. */
import type { Event } from "../contract/event.ts";

export interface WireStory {
  /** Of its last boot, oldest first. */
  events: Event[];
  discovers: number;
  /** DISCOVERs we answered. */
  offers: number;
  /** Why we did not, the last time. */
  silence: string | undefined;
  /** The boot file or URL last advertised. */
  bootFile: string | undefined;
  requests: number;
  /** The other server it chose, `another` where the packet does not say which. */
  chose: string | undefined;
  bootServer: number;
  tftp: { complete: string[]; probes: number; refused: string[]; broken: string[] };
  http: { files: number; refused: string[] };
  /** The script it was given. */
  script: string | undefined;
  ipxe: boolean;
}

/** Firmware repeats itself for a minute; between two boots is a power-on self test, or a person. */
const PAUSE_MS = 120_000;
const ofTheWire = /^(dhcp|tftp|http)\.|^boot\.|^install\.handed-out$/;

export function wireStory(timeline: readonly Event[]): WireStory {
  const events = lastBoot(timeline.filter(({ source, type }) => source === "netboot" && ofTheWire.test(type)));
  const story: WireStory = {
    events,
    discovers: 0,
    offers: 0,
    silence: undefined,
    bootFile: undefined,
    requests: 0,
    chose: undefined,
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

function tell(story: WireStory, { type, summary, detail }: Event): void {
  const file = /boot file (\S+)|ProxyDHCP offer of (\S+)|boot server answer: (\S+)/.exec(summary);
  const advertised = file && !/boot file \S+ for /.test(summary) ? (file[1] ?? file[2] ?? file[3]) : undefined;
  if (advertised !== undefined) story.bootFile = advertised;
  if (advertised?.endsWith("/boot.ipxe")) story.ipxe = true;
  switch (type) {
    case "dhcp.discover":
      story.discovers += 1;
      if (/offer of/.test(summary) && !/ but /.test(summary)) story.offers += 1;
      else story.silence = summary.replace(/^DHCP discover: (offer of \S+, but )?/, "");
      return;
    case "dhcp.request":
      if (isBootServer(summary, detail)) story.bootServer += 1;
      else story.requests += 1;
      story.chose =
        /it chose the server (\S+)/.exec(summary)?.[1] ?? (/the LAN's DHCP server answers/.test(summary) ? "another" : story.chose);
      return;
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

function isBootServer(summary: string, detail: Event["detail"]): boolean {
  const journal = Array.isArray(detail?.journal) ? detail.journal : [];
  return summary.includes("boot server answer") || String(journal[0] ?? "").startsWith("port 4011");
}

/** For a reader, each step that was seen and the first one that was not. */
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
    story.requests === 0
      ? "no REQUEST seen"
      : `REQUEST seen ${times(story.requests)}${story.chose && !proxy ? `, to the server ${story.chose}` : ""}`,
    story.bootServer === 0 ? "nothing asked on port 4011" : `port 4011 asked ${times(story.bootServer)}`,
    tftp.complete.length + tftp.refused.length + tftp.broken.length + tftp.probes === 0
      ? "no TFTP request seen"
      : ([...tftp.complete, ...tftp.refused, ...tftp.broken].at(-1) ?? "TFTP asked for the size of a file"),
    story.script ? `script given: ${story.script}` : "no boot script asked for",
  ];
  return http.refused.length > 0 ? [...lines, ...http.refused] : lines;
}
