/** Defines the networks in which this server leases addresses, and finds the network of a message. */
import { ANY, type Block, blockHolds, broadcastOf, ipBytes, netmaskOf, uint32 } from "../message/address.ts";
import { Option } from "../message/option.ts";
import { addressOption, type DhcpPacket } from "../message/packet.ts";
import { selectedLink } from "../message/relay-agent.ts";
import type { Pool } from "./pool.ts";

export interface Subnet {
  block: Block;
  /** The encoded options 51, 58 and 59 (lease times). */
  leaseTimes: readonly [number, Uint8Array][];
  /** The encoded options that every machine of the subnet receives. */
  settings: readonly [number, Uint8Array][];
  /** The encoded options that a client receives only if it requests them. */
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

/** Encodes the options of the subnet once, because thousands of answers contain them. */
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

/** The subnets that share one Ethernet link. RFC 2131 calls such a group of subnets a shared network. */
export interface SharedNetwork {
  name: string;
  subnets: readonly Subnet[];
}

/**
 * Determines the client's link. The link selection of the relay (RFC 3527) comes first, then the client's subnet
 * selection (RFC 3011), then the relay's address. A client that has an address may renew by unicast through routers,
 * so its address determines the link. Every other client is on the first link, which is the network of our own
 * interface. Returns undefined if the relay is in a network that is not configured.
 */
export function sharedNetworkOf(request: DhcpPacket, links: readonly SharedNetwork[]): SharedNetwork | undefined {
  const said = selectedLink(request) ?? addressOption(request, Option.subnetSelection);
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
 * Offers an address in the subnet that has a lease or a reservation for this machine. If that subnet has no free
 * address, the function tries the other subnets in their order.
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
