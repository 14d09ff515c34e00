/** Formats networks and leases for a terminal. */
import { PROXY_ARP_ADVICE, proxyArpText } from "../../contract/netboot/arp-proxy.ts";
import type { LeaseState, LeaseView, Network, OtherServer } from "../../contract/netboot/network.ts";
import { ago, clean, paint, table } from "../print.ts";

export function showNetwork(network: Network, now = Date.now()): string {
  const parts = [
    interfaces(network),
    network.subnets.length > 0 ? subnets(network) : "",
    ...(network.subnets.length > 0 || network.leases.length > 0 ? [leases(network.leases, now)] : []),
    network.reservations.length > 0 ? reservations(network) : "",
    network.otherServers.length > 0 ? otherServers(network.otherServers) : "",
    network.arpProxies ? [...network.arpProxies.map(proxyArpText), PROXY_ARP_ADVICE].join("\n") : "",
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const words = {
  off: "answers no DHCP",
  proxy: "works with the LAN's DHCP server and hands out no addresses",
  full: "is the DHCP server",
} as const;

function interfaces({ interfaces: all }: Network): string {
  if (all.length === 0) return "No boot network is set up (netboot.interface).";
  return all.map(({ interface: name, mode, address, network }) => `${name} ${address} in ${network}: ${words[mode]}`).join("\n");
}

const subnets = ({ subnets: all }: Network): string =>
  table(
    [{ title: "SUBNET" }, { title: "LINK" }, { title: "ADDRESSES" }, { title: "LEASED" }, { title: "SET ASIDE" }, { title: "ROUTER" }],
    all.map(({ subnet, link, ranges, size, leased, setAside, router }) => [
      subnet,
      link,
      `${ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(" ")} (${size})`,
      String(leased),
      String(setAside),
      router,
    ]),
  );

function leases(all: LeaseView[], now: number): string {
  if (all.length === 0) return "No address is leased or set aside.";
  return table(
    [
      { title: "ADDRESS" },
      { title: "STATE", paint: (cell, row) => painted(all[row]?.state, cell) },
      { title: "MACHINE", least: 12 },
      { title: "MAC" },
      { title: "UNTIL" },
      { title: "WHY", least: 12 },
    ],
    all.map(({ address, state, node, hostname, mac, until, why }) => [
      address,
      state,
      node ?? hostname ?? "",
      mac ?? "",
      whenOver(until, now),
      why ?? "",
    ]),
  );
}

function painted(state: LeaseState | undefined, text: string): string {
  if (state === "declined" || state === "conflict") return paint("yellow", text);
  return state === "leased" ? paint("green", text) : paint("dim", text);
}

function whenOver(instant: string, now: number): string {
  const seconds = Math.round((Date.parse(instant) - now) / 1000);
  if (seconds <= 0) return ago(instant, now);
  if (seconds < 3600) return `in ${Math.ceil(seconds / 60)} min`;
  return seconds < 172_800 ? `in ${Math.round(seconds / 3600)} h` : `in ${Math.round(seconds / 86_400)} d`;
}

const reservations = ({ reservations: all }: Network): string =>
  table(
    [{ title: "RESERVED" }, { title: "MAC" }, { title: "MACHINE", least: 12 }, { title: "NOW" }],
    all.map(({ address, mac, node, leased }) => [address, mac, node ?? "", leased ? "leased" : "not leased"]),
  );

const otherServers = (all: OtherServer[]): string =>
  table(
    [{ title: "OTHER DHCP SERVER" }, { title: "MAC" }, { title: "LAST SEEN" }, { title: "OFFERS", least: 12 }],
    all.map(({ address, mac, lastSeen, offer }) => [address, mac ?? "", ago(lastSeen), offer ? offerWords(offer) : "not heard"]),
  );

export const offerWords = ({ address, bootFile, nextServer, pxe }: NonNullable<OtherServer["offer"]>): string =>
  clean(
    [address && "an address", bootFile && `boot file ${bootFile}`, nextServer && `next-server ${nextServer}`, pxe && "PXE options"]
      .filter(Boolean)
      .join(", ") || "nothing",
  );
