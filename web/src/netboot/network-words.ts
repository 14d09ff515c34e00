/** Contains the sentences of the network page. Pure. */
import type { LeaseState, LeaseView, Network, OtherServer } from "../../../daemon/contract/netboot/network.ts";

export interface Verdict {
  tone: "good" | "attention" | "idle";
  title: string;
  text: string;
}

type Interface = Network["interfaces"][number];

/** A DHCP server that was not seen for this time counts as switched off. */
const LATELY_MS = 24 * 3_600_000;

/** Returns a verdict on whether Muster conflicts with another DHCP server. */
export function verdictOf({ interfaces, otherServers }: Network, nowMs: number): Verdict {
  const of = (mode: Interface["mode"]) => interfaces.filter((each) => each.mode === mode).map((each) => each.interface);
  const [full, proxy] = [of("full"), of("proxy")];
  const rivals = otherServers.filter(({ lastSeen }) => nowMs - Date.parse(lastSeen) < LATELY_MS);
  if (full.length > 0 && rivals.length > 0)
    return {
      tone: "attention",
      title: "Another DHCP server is active",
      text: `Muster assigns addresses on ${words(full)}, and another DHCP server was seen. Two servers on one network assign the same address twice: switch one off.`,
    };
  if (full.length > 0)
    return {
      tone: "good",
      title: `Muster assigns addresses on ${words(full)}`,
      text: "No other DHCP server was seen in the last 24 hours.",
    };
  if (proxy.length > 0)
    return {
      tone: "good",
      title: "Your LAN is safe",
      text: `On ${words(proxy)} Muster is a proxy. It assigns no addresses and affects only machines that boot from the network.`,
    };
  return {
    tone: "idle",
    title: "Muster does not answer DHCP",
    text: "netboot.dhcp is off, or no interface is named in muster.yaml. Machines boot from here only if another DHCP server points them to Muster.",
  };
}

const words = (names: readonly string[]): string => names.join(", ");

export const modeWords: Record<Interface["mode"], string> = {
  off: "no DHCP",
  proxy: "proxy, assigns no addresses",
  full: "assigns addresses",
};

export const stateTone: Record<LeaseState, "good" | "muted" | "attention" | "bad"> = {
  leased: "good",
  expired: "muted",
  released: "muted",
  declined: "attention",
  conflict: "bad",
};

export const isSetAside = ({ state }: LeaseView): boolean => state === "declined" || state === "conflict";

/** Sorts addresses that need attention before all other addresses. */
export const bySetAside = (leases: readonly LeaseView[]): LeaseView[] => [
  ...leases.filter(isSetAside),
  ...leases.filter((lease) => !isSetAside(lease)),
];

export function offerText({ offer }: OtherServer): string {
  if (!offer) return "offers not seen, a machine requested an address from it";
  const { address, bootFile, nextServer, pxe } = offer;
  const named = [
    address !== undefined && "an address",
    bootFile !== undefined && `the boot file ${bootFile}`,
    nextServer !== undefined && `next-server ${nextServer}`,
    pxe && "PXE options",
  ].filter((part) => part !== false);
  return named.length > 0 ? `offers ${named.join(", ")}` : "offers nothing";
}
