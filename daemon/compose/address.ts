/** What the operating system says about the interface machines boot from. */
import { networkInterfaces } from "node:os";
import type { Config } from "../config.ts";
import { MusterError } from "../errors.ts";

export interface BootNetwork {
  address: string;
  netmask: string;
  /** e.g. `10.77.0.0/16` */
  cidr: string;
}

/** Nothing when no interface is named: then nobody boots over the network here. */
export function bootNetwork({ netboot }: Config): BootNetwork | undefined {
  if (!netboot.interface) return undefined;
  const addresses = networkInterfaces()[netboot.interface]?.filter(({ family }) => family === "IPv4") ?? [];
  const found = netboot.address ? addresses.find(({ address }) => address === netboot.address) : addresses[0];
  if (!found) {
    const wanted = netboot.address ? `the address ${netboot.address}` : "an IPv4 address";
    throw new MusterError("CONFIG_INVALID", `netboot.interface: ${netboot.interface} is not up with ${wanted}`);
  }
  return { address: found.address, netmask: found.netmask, cidr: networkOf(found.address, found.netmask) };
}

function networkOf(address: string, netmask: string): string {
  const mask = netmask.split(".").map(Number);
  const network = address.split(".").map((byte, index) => Number(byte) & (mask[index] ?? 0));
  const prefix = mask.reduce((bits, byte) => bits + (byte.toString(2).match(/1/g)?.length ?? 0), 0);
  return `${network.join(".")}/${prefix}`;
}

/** Where nodes find the control API. */
export function controlUrl(config: Config, network: BootNetwork | undefined): string {
  if (config.control.url) return config.control.url.replace(/\/$/, "");
  const host = network?.address ?? (config.control.host === "0.0.0.0" ? "127.0.0.1" : config.control.host);
  return `http://${host}:${config.control.port}`;
}
