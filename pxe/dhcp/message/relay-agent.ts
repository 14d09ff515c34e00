/** Reads the suboptions of option 82 (RFC 3046). A relay adds this option to describe the position of a client. */
import { Option } from "./option.ts";
import type { DhcpPacket } from "./packet.ts";

export const RelayOption = {
  circuitId: 1,
  remoteId: 2,
  /** RFC 3527. */
  linkSelection: 5,
  /** RFC 5107. */
  serverIdentifierOverride: 11,
  /** RFC 8357. */
  sourcePort: 19,
} as const;

export function relaySuboption({ options }: DhcpPacket, wanted: number): Uint8Array | undefined {
  const value = options.get(Option.relayAgentInformation);
  if (!value) return undefined;
  for (let at = 0; at + 1 < value.length; ) {
    const [code, length = 0] = [value[at], value[at + 1]];
    if (at + 2 + length > value.length) return undefined;
    if (code === wanted) return value.subarray(at + 2, at + 2 + length);
    at += 2 + length;
  }
  return undefined;
}

/** Returns the address in a suboption of four bytes. Returns undefined for any other length. */
export function relayAddress(packet: DhcpPacket, wanted: number): string | undefined {
  const value = relaySuboption(packet, wanted);
  return value?.length === 4 ? value.join(".") : undefined;
}
