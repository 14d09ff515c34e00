/** Builds the view of Muster's networks with the leases, the addresses that were set aside, and other DHCP servers. Pure. */
import { type Block, blockHolds, parseBlock, toNumber } from "../../../pxe/dhcp/message/address.ts";
import { type ArpProxy, lately } from "../../contract/netboot/arp-proxy.ts";
import type { LeaseView, Network, OtherServer, SetAside, SubnetView } from "../../contract/netboot/network.ts";
import type { DhcpSettings } from "./settings.ts";

export interface NetworkPlace {
  settings: DhcpSettings & { interface: string };
  network: { address: string; cidr: string };
}

export interface StoredLease {
  mac: string;
  address: string;
  state: "offered" | "bound" | "released" | "declined";
  expiresAt: number;
  hostname?: string | undefined;
  cause?: SetAside | undefined;
}

interface World {
  places: readonly NetworkPlace[];
  leases: readonly StoredLease[];
  otherServers: readonly OtherServer[];
  arpProxies?: readonly ArpProxy[];
  /** Returns the name of the node with this network card. */
  nodeOf(mac: string): string | undefined;
  nowMs: number;
}

export function networkView({ places, leases: stored, otherServers, arpProxies = [], nodeOf, nowMs }: World): Network {
  const leases = stored.flatMap((lease) => viewOf(lease, nodeOf, nowMs)).sort(byAddress);
  const proxies = lately(arpProxies, nowMs);
  return {
    interfaces: places.map(({ settings, network }) => ({
      interface: settings.interface,
      mode: settings.dhcp,
      address: network.address,
      network: network.cidr,
    })),
    subnets: subnetsOf(places).map((subnet) => counted(subnet, leases)),
    leases,
    reservations: reservationsOf(places, leases, nodeOf),
    otherServers: [...otherServers],
    ...(proxies.length > 0 && { arpProxies: proxies }),
  };
}

const byAddress = (one: { address: string }, other: { address: string }) => toNumber(one.address) - toNumber(other.address);

function viewOf(lease: StoredLease, nodeOf: World["nodeOf"], nowMs: number): LeaseView[] {
  const { address, cause, expiresAt, hostname, mac, state } = lease;
  const over = expiresAt <= nowMs;
  const until = new Date(expiresAt).toISOString();
  if (cause !== undefined && state !== "bound") {
    if (over) return [];
    const who = named(cause.by, nodeOf);
    if (cause.kind === "declined")
      return [{ address, state: "declined", until, why: `${who} declined it: another machine uses this address` }];
    return [{ address, state: "conflict", mac: cause.by, ...nodeAt(cause.by, nodeOf), until, why: `${who} uses it without a lease` }];
  }
  // An offered address is not yet leased, and a released address belongs to no machine.
  if (state === "offered" || state === "declined" || !isMac(mac)) return [];
  const shown = state === "released" ? "released" : over ? "expired" : "leased";
  return [{ address, state: shown, mac, ...nodeAt(mac, nodeOf), ...(hostname !== undefined && { hostname }), until }];
}

const isMac = (text: string): boolean => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text);

function nodeAt(mac: string, nodeOf: World["nodeOf"]): { node?: string } {
  const node = nodeOf(mac);
  return node === undefined ? {} : { node };
}

const named = (mac: string, nodeOf: World["nodeOf"]): string => {
  const node = nodeOf(mac);
  return node === undefined ? mac : `${node} (${mac})`;
};

type Uncounted = Omit<SubnetView, "leased" | "setAside"> & { block: Block };

function subnetsOf(places: readonly NetworkPlace[]): Uncounted[] {
  const all = places
    .filter(({ settings }) => settings.dhcp === "full")
    .flatMap(({ settings, network }) => [
      subnet({
        subnet: network.cidr,
        link: settings.interface,
        ranges: settings.range ? [settings.range] : [],
        exclude: settings.exclude ?? [],
        router: settings.router ?? network.address,
        leaseSeconds: settings.lease_seconds,
      }),
      ...(settings.subnets ?? []).map((further) =>
        subnet({
          subnet: further.subnet,
          link: further.link ?? "behind a relay",
          ranges: further.ranges,
          exclude: further.exclude ?? [],
          router: further.router,
          leaseSeconds: further.lease_seconds ?? settings.lease_seconds,
        }),
      ),
    ]);
  // A relay may reach Muster on several interfaces, but its subnet is listed only once.
  return [...new Map(all.map((each) => [each.subnet, each])).values()];
}

interface Plan {
  subnet: string;
  link: string;
  ranges: { from: string; to: string }[];
  exclude: readonly string[];
  router: string;
  leaseSeconds: number;
}

function subnet({ exclude, ...plan }: Plan): Uncounted {
  const size = plan.ranges.reduce(
    (sum, range) => sum + toNumber(range.to) - toNumber(range.from) + 1 - exclude.filter((address) => within(range, address)).length,
    0,
  );
  return { ...plan, size, block: parseBlock(plan.subnet) };
}

const within = ({ from, to }: { from: string; to: string }, address: string): boolean =>
  toNumber(from) <= toNumber(address) && toNumber(address) <= toNumber(to);

function counted({ block, ...view }: Uncounted, leases: readonly LeaseView[]): SubnetView {
  // A reservation outside the ranges does not use up an address of a range.
  const here = leases.filter(({ address }) => blockHolds(block, address) && view.ranges.some((range) => within(range, address)));
  return {
    ...view,
    leased: here.filter(({ state }) => state === "leased").length,
    setAside: here.filter(({ state }) => state === "declined" || state === "conflict").length,
  };
}

function reservationsOf(places: readonly NetworkPlace[], leases: readonly LeaseView[], nodeOf: World["nodeOf"]): Network["reservations"] {
  const leased = new Set(leases.flatMap(({ address, mac, state }) => (state === "leased" ? [`${mac} ${address}`] : [])));
  const full = places.filter(({ settings }) => settings.dhcp === "full");
  const all = new Map(full.flatMap(({ settings }) => Object.entries(settings.reservations)));
  return [...all]
    .map(([mac, address]) => ({ mac, address, ...nodeAt(mac, nodeOf), leased: leased.has(`${mac} ${address}`) }))
    .sort(byAddress);
}
