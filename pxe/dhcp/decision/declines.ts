/**
 * Limits the addresses that one client can set aside with DECLINE messages, and finds a declined address if no other
 * address is free. Pure.
 */
import type { Lease } from "../../boot-source.ts";

/**
 * A client that has declined more addresses than this sees every address in use, for example because a switch answers for
 * others. Its declines prove little about the addresses, so they end soon.
 */
export const MOST_DECLINES = 3;
/**
 * An unknown machine uses an address that a client has declined. The DHCP server Kea also avoids a declined address
 * for 24 hours.
 */
const DECLINED_MS = 24 * 3_600_000;
const DOUBTED_MS = 5 * 60_000;

/** Returns the addresses to set aside for a DECLINE, with the duration. A doubted client also shortens its earlier declines. */
export function setAsideFor(leases: Iterable<Lease>, mac: string, address: string, now: number): { addresses: string[]; forMs: number } {
  const before = [...leases].filter((lease) => isDeclined(lease, now) && lease.cause?.by === mac).map((lease) => lease.address);
  const doubted = before.length >= MOST_DECLINES;
  return { addresses: [...(doubted ? before : []), address], forMs: doubted ? DOUBTED_MS : DECLINED_MS };
}

/**
 * Returns addresses that other clients declined, for a subnet without any other free address. The address that becomes
 * free first is the first. A few declined addresses stay set aside, because unknown machines probably use them.
 */
export function declinedByOthers(leases: Iterable<Lease>, mac: string, now: number): string[] {
  const declined = [...leases].filter((lease) => isDeclined(lease, now));
  if (declined.length <= MOST_DECLINES) return [];
  const others = declined.filter(({ cause }) => cause?.by !== mac);
  return others.sort((one, other) => one.expiresAt - other.expiresAt).map(({ address }) => address);
}

const isDeclined = ({ state, cause, expiresAt }: Lease, now: number): boolean =>
  state === "declined" && cause?.kind === "declined" && expiresAt > now;
