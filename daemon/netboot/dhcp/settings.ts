/** Converts the configuration to the settings of the DHCP server. */

import type { AddressRange } from "../../../pxe/dhcp/decision/free-list.ts";
import { type FullMode, type Neighbours, noNeighbours } from "../../../pxe/dhcp/decision/full.ts";
import type { Pool, PoolOptions } from "../../../pxe/dhcp/decision/pool.ts";
import type { ServerIdentity } from "../../../pxe/dhcp/decision/reply.ts";
import { type SharedNetwork, type Subnet, subnetOf } from "../../../pxe/dhcp/decision/shared-network.ts";
import { blockHolds, broadcastOf as broadcastIn, parseBlock, toNumber } from "../../../pxe/dhcp/message/address.ts";
import { type ExtraOptions, encodeExtra } from "../../../pxe/dhcp/message/extra-options.ts";

interface ExtraSettings {
  ntp?: string[] | undefined;
  search?: string[] | undefined;
  routes?: { to: string; via: string }[] | undefined;
  ipv6_only_seconds?: number | undefined;
}

interface SubnetSettings extends ExtraSettings {
  subnet: string;
  link?: string | undefined;
  ranges: AddressRange[];
  exclude?: string[] | undefined;
  router: string;
  dns?: string[] | undefined;
  domain?: string | undefined;
  lease_seconds?: number | undefined;
}

/** The part of the configuration that DHCP uses. */
export interface DhcpSettings extends ExtraSettings {
  interface?: string | undefined;
  dhcp: "off" | "proxy" | "full";
  http_port: number;
  range?: AddressRange | undefined;
  exclude?: string[] | undefined;
  router?: string | undefined;
  dns: string[];
  domain: string;
  lease_seconds: number;
  authoritative: boolean;
  reservations: Record<string, string>;
  subnets?: SubnetSettings[] | undefined;
  machines?: Record<string, ExtraSettings> | undefined;
}

export interface DhcpNetwork {
  address: string;
  netmask: string;
}

export type MakePool = (options: Omit<PoolOptions, "store" | "now">) => Pool;

export const serverIdentity = (
  { address }: DhcpNetwork,
  { http_port }: DhcpSettings,
  hasBootFile: (name: string) => boolean,
): ServerIdentity => ({
  address,
  bootUrl: `http://${address}:${http_port}`,
  hasBootFile,
});

export function fullMode(
  settings: DhcpSettings,
  network: DhcpNetwork,
  server: ServerIdentity,
  makePool: MakePool,
  neighbours: Neighbours = noNeighbours,
): FullMode {
  const router = settings.router ?? network.address;
  const own: SubnetSettings = {
    ...extraOf(settings),
    subnet: `${network.address}/${prefixOf(network.netmask)}`,
    link: ownLink(settings),
    ranges: [settings.range ?? { from: network.address, to: network.address }],
    exclude: [...(settings.exclude ?? []), network.address],
    router,
  };
  const all = [own, ...(settings.subnets ?? [])];
  return {
    server,
    links: linksOf(all, (subnet) => leasable(subnet, settings, network, makePool)),
    authoritative: settings.authoritative,
    machines: new Map(
      Object.entries(settings.machines ?? {}).map(([mac, extra]) => [
        mac,
        encodeExtra(withSeconds(extra), routerFor(mac, settings, router)),
      ]),
    ),
    neighbours,
  };
}

const ownLink = (settings: DhcpSettings) => settings.interface ?? "our own";

/** Groups subnets by their network link. A subnet without a named link has its own link. Muster's own subnet is first. */
function linksOf(all: readonly SubnetSettings[], make: (subnet: SubnetSettings) => Subnet): SharedNetwork[] {
  const byName = Map.groupBy(all, ({ link, subnet }) => link ?? subnet);
  return [...byName].map(([name, subnets]) => ({ name, subnets: subnets.map(make) }));
}

function leasable(subnet: SubnetSettings, settings: DhcpSettings, network: DhcpNetwork, makePool: MakePool): Subnet {
  const block = parseBlock(subnet.subnet);
  const leaseSeconds = subnet.lease_seconds ?? settings.lease_seconds;
  const dns = subnet.dns?.length ? subnet.dns : settings.dns;
  return subnetOf({
    block,
    router: subnet.router,
    // Muster's address is the default DNS server, because the Debian installer stops without a DNS server.
    dns: dns.length > 0 ? dns : [network.address],
    domain: subnet.domain ?? settings.domain,
    leaseSeconds,
    extra: encodeExtra(withSeconds(subnet), subnet.router),
    pool: makePool({
      block,
      ranges: subnet.ranges,
      exclude: [...(subnet.exclude ?? []), subnet.router],
      reservations: settings.reservations,
      leaseSeconds,
    }),
  });
}

/** Returns the default route for a machine with its own routes. The route leads to the router of the reservation's subnet. */
function routerFor(mac: string, { reservations, subnets = [] }: DhcpSettings, own: string): string {
  const address = reservations[mac];
  if (address === undefined) return own;
  return subnets.find(({ subnet }) => blockHolds(parseBlock(subnet), address))?.router ?? own;
}

const extraOf = ({ ntp, search, routes, ipv6_only_seconds }: ExtraSettings): ExtraSettings => ({ ntp, search, routes, ipv6_only_seconds });
const withSeconds = ({ ntp, search, routes, ipv6_only_seconds }: ExtraSettings): ExtraOptions => ({
  ntp,
  search,
  routes,
  ipv6OnlySeconds: ipv6_only_seconds,
});
const prefixOf = (netmask: string): number => toNumber(netmask).toString(2).replaceAll("0", "").length;

export const networkBroadcastOf = ({ address, netmask }: DhcpNetwork): string => broadcastIn(parseBlock(`${address}/${prefixOf(netmask)}`));
