/** Finds out whether the control node runs a time server, which Muster then names to machines (option 42). */
import { readFileSync } from "node:fs";

const NTP_PORT = 123;

/** Reads `/proc/net/udp`, which lists each bound UDP socket as a hexadecimal address and port. */
export function servesTime(address: string, table: string = readFileSync("/proc/net/udp", "utf8")): boolean {
  const own = address
    .split(".")
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
  return table
    .split("\n")
    .slice(1)
    .some((line) => {
      const [at, port] = line.trim().split(/\s+/)[1]?.split(":") ?? [];
      return Number.parseInt(port ?? "", 16) === NTP_PORT && (at === "00000000" || at === own);
    });
}
