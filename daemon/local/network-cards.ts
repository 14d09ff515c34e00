/** Lists the network cards of this machine, and proposes an address range for the machines on a card. */
import { readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";

export interface Card {
  name: string;
  address?: string;
  netmask?: string;
}

/** Returns all network cards. Cards without an address are included, because such a card is often meant for the machines. */
export function cards(): Card[] {
  const addresses = networkInterfaces();
  return readdirSync("/sys/class/net")
    .filter((name) => name !== "lo")
    .map((name) => {
      const found = addresses[name]?.find(({ family }) => family === "IPv4");
      return found ? { name, address: found.address, netmask: found.netmask } : { name };
    });
}

/**
 * Proposes at most a hundred addresses of our own /24 network. The first addresses are reserved for routers and
 * servers. The half of the network that contains our own address is not used. Returns undefined if the network is too
 * small.
 */
export function proposeRange({ address, netmask }: Card): { from: string; to: string } | undefined {
  if (address === undefined || netmask === undefined) return undefined;
  const own = toNumber(address);
  const size = Math.min(2 ** 32 - toNumber(netmask), 256);
  if (size < 16) return undefined;
  const first = own - (own % size);
  const upper = { from: first + size / 2, to: first + size - 2 };
  const lower = { from: first + 2, to: first + size / 2 - 1 };
  const half = own >= upper.from ? lower : upper;
  return { from: toText(half.from), to: toText(Math.min(half.to, half.from + 99)) };
}

const toNumber = (address: string): number => address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
const toText = (value: number): string => [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join(".");
