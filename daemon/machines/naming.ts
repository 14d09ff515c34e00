/** The name a machine has until somebody gives it a better one. */
import type { Mac } from "../contract/names.ts";

/** `node-` and the last three bytes, which differ between cards of one maker; all six when that is taken. */
export function proposedName(mac: Mac, taken: (name: string) => boolean): string {
  const hex = mac.replaceAll(":", "");
  const short = `node-${hex.slice(6)}`;
  return taken(short) ? `node-${hex}` : short;
}
