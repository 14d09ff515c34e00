/**
 * Finds the MAC address of an IP address in the kernel's ARP table. If another server leases the addresses,
 * this table is the only source.
 */
import { readFileSync } from "node:fs";

/** Reads `/proc/net/arp`, which has the columns address, hardware type, flags, MAC address, mask and device. */
export function macFromArp(address: string, table: string = readFileSync("/proc/net/arp", "utf8")): string | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [found, , flags, mac] = line.split(/\s+/);
    // The flag 0x2 marks a complete entry. An incomplete entry has a MAC address of zeros.
    if (found === address && mac !== undefined && (Number(flags) & 2) !== 0) return mac;
  }
  return undefined;
}
