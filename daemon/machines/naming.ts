/** The name of a machine until an operator gives it a better one. */
import type { Mac } from "../contract/names.ts";

/**
 * `node-` and the last three bytes, which differ between network cards of one vendor. All six bytes if that
 * name is taken.
 */
export function proposedName(mac: Mac, taken: (name: string) => boolean): string {
  const hex = mac.replaceAll(":", "");
  const short = `node-${hex.slice(6)}`;
  return taken(short) ? `node-${hex}` : short;
}
