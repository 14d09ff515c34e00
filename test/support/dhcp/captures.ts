/** Captured packets of real firmware, as bytes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../fixtures/captures");

export type CaptureName = "uefi-pxe-discover" | "uefi-http-discover" | "ipxe-bios-discover" | "ipxe-bios-request" | "ipxe-bios-tftp-rrq";

export function capture(name: CaptureName): Buffer {
  const text = readFileSync(join(folder, `${name}.hex`), "utf8");
  return Buffer.from(text.replace(/^#.*$/gm, "").replace(/\s+/g, ""), "hex");
}
