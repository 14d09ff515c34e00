/** Turns the configuration's words into what the DHCP server needs. */
import type { FullMode } from "../../pxe/dhcp/full.ts";
import type { Pool, PoolOptions } from "../../pxe/dhcp/pool.ts";
import type { ServerIdentity } from "../../pxe/dhcp/reply.ts";

/** The part of the configuration that DHCP reads. */
export interface DhcpSettings {
  dhcp: "off" | "proxy" | "full";
  http_port: number;
  range?: { from: string; to: string } | undefined;
  router?: string | undefined;
  dns: string[];
  domain: string;
  lease_seconds: number;
  authoritative: boolean;
  reservations: Record<string, string>;
}

export interface DhcpNetwork {
  address: string;
  netmask: string;
}

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
  makePool: (options: Omit<PoolOptions, "store" | "now">) => Pool,
): FullMode {
  const range = settings.range ?? { from: network.address, to: network.address };
  const router = settings.router ?? network.address;
  return {
    server,
    network: {
      netmask: network.netmask,
      broadcast: broadcastOf(network),
      router,
      // The Debian installer stops and asks where it is given none.
      dns: settings.dns.length > 0 ? settings.dns : [network.address],
      domain: settings.domain,
      leaseSeconds: settings.lease_seconds,
      authoritative: settings.authoritative,
    },
    pool: makePool({
      from: range.from,
      to: range.to,
      exclude: [network.address, router],
      reservations: settings.reservations,
      leaseSeconds: settings.lease_seconds,
    }),
  };
}

export function broadcastOf({ address, netmask }: DhcpNetwork): string {
  const mask = netmask.split(".").map(Number);
  return address
    .split(".")
    .map((byte, index) => (Number(byte) & (mask[index] ?? 0)) | (~(mask[index] ?? 0) & 255))
    .join(".");
}
