/** The networks on which this server leases addresses, and the network that a message belongs to. */
import { ANY, type Block, blockHolds, broadcastOf, ipBytes, netmaskOf, uint32 } from "../message/address.ts";
import { Option } from "../message/option.ts";
import { addressOption, type DhcpPacket } from "../message/packet.ts";
import { RelayOption, relayAddress } from "../message/relay-agent.ts";
import type { Pool } from "./pool.ts";

export interface Subnet {
  block: Block;
  /** Options 51, 58 and 59. */
  leaseTimes: readonly [number, Uint8Array][];
  /** Options for every machine of the subnet. */
  settings: readonly [number, Uint8Array][];
  /** Options sent only on request. */
  extra: ReadonlyMap<number, Uint8Array>;
  pool: Pool;
}

export interface SubnetPlan {
  block: Block;
  router: string;
  dns: readonly string[];
  domain: string;
  leaseSeconds: number;
  extra: ReadonlyMap<number, Uint8Array>;
  pool: Pool;
}

/** Encodes the common options once for thousands of answers. */
export function subnetOf({ block, router, dns, domain, leaseSeconds, extra, pool }: SubnetPlan): Subnet {
  return {
    block,
    leaseTimes: [
      [Option.leaseTime, uint32(leaseSeconds)],
      [Option.renewalTime, uint32(Math.floor(leaseSeconds * 0.5))],
      [Option.rebindingTime, uint32(Math.floor(leaseSeconds * 0.875))],
    ],
    settings: [
      [Option.subnetMask, ipBytes(netmaskOf(block))],
      [Option.broadcastAddress, ipBytes(broadcastOf(block))],
      [Option.router, ipBytes(router)],
      ...(dns.length > 0 ? [[Option.domainNameServer, Buffer.concat(dns.map(ipBytes))] as [number, Uint8Array]] : []),
      ...(domain !== "" ? [[Option.domainName, Buffer.from(domain, "latin1")] as [number, Uint8Array]] : []),
    ],
    extra,
    pool,
  };
}

/** One wire. RFC 2131 calls several subnets on it a shared network. */
export interface SharedNetwork {
  name: string;
  subnets: readonly Subnet[];
}

/**
 * Determines the client's link. The relay's link selection (RFC 3527) takes precedence over the client's
 * subnet selection (RFC 3011), and that over the relay's own address. A client with an address renews by
 * unicast, possibly through routers, so its address determines the link. The first link is our interface's
 * own. Returns undefined for a relay in an unconfigured network.
 */
export function sharedNetworkOf(request: DhcpPacket, links: readonly SharedNetwork[]): SharedNetwork | undefined {
  const said = relayAddress(request, RelayOption.linkSelection) ?? addressOption(request, Option.subnetSelection);
  if (said !== undefined) return linkHolding(said, links);
  if (request.relay !== ANY) return linkHolding(request.relay, links);
  return (request.clientAddress === ANY ? undefined : linkHolding(request.clientAddress, links)) ?? links[0];
}

const linkHolding = (address: string, links: readonly SharedNetwork[]) => links.find((link) => subnetHolding(link, address) !== undefined);

export const subnetHolding = ({ subnets }: SharedNetwork, address: string): Subnet | undefined =>
  subnets.find(({ block }) => blockHolds(block, address));

export interface AddressOffer {
  subnet: Subnet;
  address: string;
}

/**
 * Prefers the subnet in which this machine already has a lease or reservation, then the first subnet with a
 * free address.
 */
export function offerOn(
  { subnets }: SharedNetwork,
  mac: string,
  wanted: string | undefined,
  hostname: string | undefined,
): AddressOffer | undefined {
  const home = subnets.length === 1 ? undefined : subnets.find(({ pool }) => pool.knows(mac));
  for (const subnet of home ? [home, ...subnets.filter((each) => each !== home)] : subnets) {
    const address = subnet.pool.offer(mac, wanted, hostname);
    if (address !== undefined) return { subnet, address };
  }
  return undefined;
}
