/** What the network page says in words. Pure. */
import type { LeaseState, LeaseView, Network, OtherServer } from "../../../daemon/contract/netboot/network.ts";

export interface Verdict {
  tone: "good" | "attention" | "idle";
  title: string;
  text: string;
}

type Interface = Network["interfaces"][number];

/** A server that was switched off is nobody's rival any more. */
const LATELY_MS = 24 * 3_600_000;

/** The first thing somebody on a shared LAN wants to know. */
export function verdictOf({ interfaces, otherServers }: Network, nowMs: number): Verdict {
  const of = (mode: Interface["mode"]) => interfaces.filter((each) => each.mode === mode).map((each) => each.interface);
  const [full, proxy] = [of("full"), of("proxy")];
  const rivals = otherServers.filter(({ lastSeen }) => nowMs - Date.parse(lastSeen) < LATELY_MS);
  if (full.length > 0 && rivals.length > 0)
    return {
      tone: "attention",
      title: "Somebody else answers DHCP",
      text: `Muster hands out the addresses on ${words(full)}, and another DHCP server was seen. Two of them on one network give one address to two machines: switch one off.`,
    };
  if (full.length > 0)
    return {
      tone: "good",
      title: `Muster hands out the addresses on ${words(full)}`,
      text: "No other DHCP server was seen lately.",
    };
  if (proxy.length > 0)
    return {
      tone: "good",
      title: "Your LAN is safe",
      text: `On ${words(proxy)} Muster is a proxy: it hands out no address and changes nothing for machines that do not boot from the network.`,
    };
  return {
    tone: "idle",
    title: "Muster answers no DHCP",
    text: "netboot.dhcp is off, or no interface is named in muster.yaml. Machines boot from here only if another DHCP server sends them.",
  };
}

const words = (names: readonly string[]): string => names.join(", ");

export const modeWords: Record<Interface["mode"], string> = {
  off: "answers no DHCP",
  proxy: "proxy: hands out no address",
  full: "hands out addresses",
};

export const stateTone: Record<LeaseState, "good" | "muted" | "attention" | "bad"> = {
  leased: "good",
  expired: "muted",
  released: "muted",
  declined: "attention",
  conflict: "bad",
};

export const isSetAside = ({ state }: LeaseView): boolean => state === "declined" || state === "conflict";

/** What needs somebody comes first; within that by address, as they come. */
export const bySetAside = (leases: readonly LeaseView[]): LeaseView[] => [
  ...leases.filter(isSetAside),
  ...leases.filter((lease) => !isSetAside(lease)),
];

export function offerText({ offer }: OtherServer): string {
  if (!offer) return "its offers did not reach us; a machine turned to it";
  const { address, bootFile, nextServer, pxe } = offer;
  const named = [
    address !== undefined && "an address",
    bootFile !== undefined && `the boot file ${bootFile}`,
    nextServer !== undefined && `next-server ${nextServer}`,
    pxe && "PXE options",
  ].filter((part) => part !== false);
  return named.length > 0 ? `offers ${named.join(", ")}` : "offers nothing";
}
