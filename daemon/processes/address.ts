/** What the operating system says about the interfaces machines boot from. */
import { networkInterfaces } from "node:os";
import { type Block, blockHolds, parseBlock, toAddress } from "../../pxe/dhcp/address.ts";
import type { Config } from "../config/config.ts";
import { type BootInterface, bootInterfaces } from "../config/netboot.ts";
import { MusterError } from "../errors/errors.ts";

export interface BootNetwork {
  address: string;
  netmask: string;
  /** e.g. `10.77.0.0/16` */
  cidr: string;
}

/** One interface machines boot from: what is configured there, and where we are. */
export interface BootPlace {
  settings: BootInterface;
  network: BootNetwork;
}

/** None when no interface is named: then nobody boots over the network here. */
export function bootPlaces({ netboot }: Config): BootPlace[] {
  return apart(bootInterfaces(netboot).map((settings) => ({ settings, network: bootNetwork(settings) })));
}

/** An address must tell the interface: answers, leases and URLs depend on it. */
export function apart(places: BootPlace[]): BootPlace[] {
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

export function bootNetwork({ interface: name, address, key }: BootInterface): BootNetwork {
  const addresses = networkInterfaces()[name]?.filter(({ family }) => family === "IPv4") ?? [];
  const found = address ? addresses.find((each) => each.address === address) : addresses[0];
  if (!found) {
    const wanted = address ? `the address ${address}` : "an IPv4 address";
    throw new MusterError("CONFIG_INVALID", `${key}: ${name} is not up with ${wanted}`);
  }
  return { address: found.address, netmask: found.netmask, cidr: networkOf(found.address, found.netmask) };
}

const overlap = (one: Block, other: Block) => blockHolds(one, toAddress(other.network)) || blockHolds(other, toAddress(one.network));

function networkOf(address: string, netmask: string): string {
  const mask = netmask.split(".").map(Number);
  const network = address.split(".").map((byte, index) => Number(byte) & (mask[index] ?? 0));
  const prefix = mask.reduce((bits, byte) => bits + (byte.toString(2).match(/1/g)?.length ?? 0), 0);
  return `${network.join(".")}/${prefix}`;
}

/** Where nodes of this network find the control API. */
export function controlUrl(config: Config, network: BootNetwork | undefined): string {
  if (config.control.url) return config.control.url.replace(/\/$/, "");
  const host = network?.address ?? (config.control.host === "0.0.0.0" ? "127.0.0.1" : config.control.host);
  return `http://${host}:${config.control.port}`;
}
