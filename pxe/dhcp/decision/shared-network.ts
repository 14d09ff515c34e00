/** The networks this server leases on, and which of them a message belongs to. */
import { ANY, type Block, blockHolds, broadcastOf, ipBytes, netmaskOf, uint32 } from "../message/address.ts";
import { Option } from "../message/option.ts";
import { addressOption, type DhcpPacket } from "../message/packet.ts";
import { RelayOption, relayAddress } from "../message/relay-agent.ts";
import type { Pool } from "./pool.ts";

export interface Subnet {
  block: Block;
  /** Options 51, 58 and 59. */
  leaseTimes: readonly [number, Uint8Array][];
  /** What every machine there is told. */
  settings: readonly [number, Uint8Array][];
  /** Sent to who asks for them. */
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

/** Encodes once what thousands of answers will say. */
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

/** One wire. Several subnets on it are what RFC 2131 calls a shared network. */
export interface SharedNetwork {
  name: string;
  subnets: readonly Subnet[];
}

/**
 * The relay's word on the client's link (RFC 3527) comes before the client's wish (RFC 3011), that before the relay's own
 * address. A client that speaks for itself and has an address renews by unicast, possibly through routers: its address tells.
 * The first link is our interface's own. The answer is undefined for a relay in a network nobody configured.
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

/** Where this machine already has a place comes first; then the first subnet with a free address. */
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
