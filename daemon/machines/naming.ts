/** Proposes a name for a machine until an operator chooses a better one. */
import type { Mac } from "../contract/names.ts";

/**
 * Returns `node-` and the last three bytes of the MAC address, because these bytes differ between cards of one
 * vendor. If this name is taken, returns `node-` and all six bytes.
 */
export function proposedName(mac: Mac, taken: (name: string) => boolean): string {
  const hex = mac.replaceAll(":", "");
  const short = `node-${hex.slice(6)}`;
  return taken(short) ? `node-${hex}` : short;
}
