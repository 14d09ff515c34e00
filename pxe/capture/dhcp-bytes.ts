/**
 * Reads only the DHCP fields that a capture needs, directly from the message's bytes. The parser must be fast,
 * because every DHCP packet of the LAN passes through it.
 */
import { Option } from "../dhcp/message/option.ts";

export interface BootMessage {
  mac: string;
  /** True if the client's options show a network boot: an architecture, or the vendor class PXEClient or HTTPClient. */
  booting: boolean;
  /**
   * The client's address as a number, from `yiaddr` in an answer or `ciaddr` in a request. If the message has no
   * address, the value is 0.
   */
  address: number;
}

const OPTIONS = 240;
const COOKIE = 0x63825363;

export const bootRequest = (bytes: Uint8Array): BootMessage | undefined => glance(bytes, 1);
/**
 * Reads a DHCP answer to find the machine that receives the answer. An answer alone does not mark a machine as
 * booting.
 */
export const bootReplyTo = (bytes: Uint8Array): BootMessage | undefined => glance(bytes, 2);

function glance(bytes: Uint8Array, op: 1 | 2): BootMessage | undefined {
  if (bytes.length < OPTIONS || bytes[0] !== op || bytes[1] !== 1 || bytes[2] !== 6) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.readUInt32BE(OPTIONS - 4) !== COOKIE) return undefined;
  const mac = view.toString("hex", 28, 34).replace(/..(?=.)/g, "$&:");
  return { mac, booting: op === 1 && saysItBoots(view), address: view.readUInt32BE(op === 2 ? 16 : 12) };
}

function saysItBoots(view: Buffer): boolean {
  for (let at = OPTIONS; at < view.length; ) {
    const code = view[at];
    if (code === Option.end) return false;
    if (code === Option.pad) {
      at += 1;
      continue;
    }
    const length = view[at + 1] ?? 0;
    if (code === Option.clientArchitecture) return true;
    if (code === Option.vendorClass && /^(PXE|HTTP)Client/.test(view.toString("latin1", at + 2, at + 2 + length))) return true;
    at += 2 + length;
  }
  return false;
}
