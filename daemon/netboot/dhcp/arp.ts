/** Whose address this is, by the kernel's own knowledge of the LAN: the only witness where another server leases. */
import { readFileSync } from "node:fs";

/** From `/proc/net/arp`: address, hardware type, flags, MAC address, mask, device. */
export function macFromArp(address: string, table: string = readFileSync("/proc/net/arp", "utf8")): string | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [found, , flags, mac] = line.split(/\s+/);
    // 0x2: the entry is complete. Without it the MAC address is all zeros.
    if (found === address && mac !== undefined && (Number(flags) & 2) !== 0) return mac;
  }
  return undefined;
}
