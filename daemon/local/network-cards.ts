/** The network cards of this machine, and which addresses one of them could hand out. */
import { readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";

export interface Card {
  name: string;
  address?: string;
  netmask?: string;
}

/** Also those without an address: the operating system's list leaves them out, and one is often meant for the machines. */
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
 * A hundred addresses at most, of our own /24, away from its beginning, where routers and servers live. The half that holds our
 * own address is avoided. Nothing where the network is too small to share.
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
