/** Determines the interfaces that machines boot from, with the configuration and the address of each interface. */
import { networkInterfaces } from "node:os";
import { type Block, blockHolds, parseBlock, toAddress } from "../../pxe/dhcp/message/address.ts";
import { MusterError } from "../errors/errors.ts";

export interface BootNetwork {
  address: string;
  netmask: string;
  /** The network in CIDR notation, such as `10.77.0.0/16`. */
  cidr: string;
}

/** A network card in the configuration. */
export interface BootCard {
  interface: string;
  address?: string | undefined;
  /** The configuration key that names the card, for error messages. */
  key: string;
}

export interface BootPlace<Card extends BootCard = BootCard> {
  settings: Card;
  network: BootNetwork;
}

/**
 * Returns the boot places of the configured cards: each card with its network. Without a configured card there is no
 * boot place, and no machine boots over the network.
 */
export const bootPlaces = <Card extends BootCard>(cards: readonly Card[]): BootPlace<Card>[] =>
  apart(cards.map((settings) => ({ settings, network: bootNetwork(settings) })));

/**
 * Throws if two interfaces share addresses. Each answer, lease and URL depends on an address that identifies a single
 * interface.
 */
export function apart<Place extends BootPlace>(places: Place[]): Place[] {
  for (const [index, { settings, network }] of places.entries()) {
    const rival = places.slice(0, index).find((other) => overlap(parseBlock(other.network.cidr), parseBlock(network.cidr)));
    if (rival)
      throw new MusterError(
        "CONFIG_INVALID",
        `${settings.key}: ${settings.interface} (${network.cidr}) and ${rival.settings.interface} (${rival.network.cidr}) share addresses; each needs a network of its own`,
      );
  }
  return places;
}

export function bootNetwork({ interface: name, address, key }: BootCard): BootNetwork {
  const addresses = networkInterfaces()[name]?.filter(({ family }) => family === "IPv4") ?? [];
  const found = address ? addresses.find((each) => each.address === address) : addresses[0];
  if (!found) {
    const wanted = address ? `the address ${address}` : "an IPv4 address";
    throw new MusterError("CONFIG_INVALID", `${key}: ${name} is not up with ${wanted}`);
  }
  return { address: found.address, netmask: found.netmask, cidr: networkOf(found.address, found.netmask) };
}

/** Returns the addresses of this host, without the loopback addresses. They are read at each call, because they may change. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);

const overlap = (one: Block, other: Block) => blockHolds(one, toAddress(other.network)) || blockHolds(other, toAddress(one.network));

function networkOf(address: string, netmask: string): string {
  const mask = netmask.split(".").map(Number);
  const network = address.split(".").map((byte, index) => Number(byte) & (mask[index] ?? 0));
  const prefix = mask.reduce((bits, byte) => bits + (byte.toString(2).match(/1/g)?.length ?? 0), 0);
  return `${network.join(".")}/${prefix}`;
}

/** Returns the networks in which machines boot, including the networks behind a relay. */
export const bootingNetworks = (places: readonly BootPlace<BootCard & { subnets: readonly { subnet: string }[] }>[]): string[] => [
  ...new Set(places.flatMap(({ network, settings }) => [network.cidr, ...settings.subnets.map(({ subnet }) => subnet)])),
];

type Mode = "off" | "proxy" | "full";

/** Returns one DHCP mode for all interfaces: `full` if any interface uses `full`, else `proxy` if any uses `proxy`. */
export const strongestMode = (places: readonly BootPlace<BootCard & { dhcp: Mode }>[], configured: Mode): Mode =>
  (["full", "proxy"] as const).find((mode) => places.some(({ settings }) => settings.dhcp === mode)) ??
  (places.length > 0 ? "off" : configured);
