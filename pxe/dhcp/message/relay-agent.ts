/** Reads the suboptions of option 82 (RFC 3046). A relay adds this option to describe the position of a client. */
import { Option } from "./option.ts";
import type { DhcpPacket } from "./packet.ts";
import { suboptions } from "./suboptions.ts";

export const RelayOption = {
  circuitId: 1,
  remoteId: 2,
  /** RFC 3527. */
  linkSelection: 5,
  /** RFC 5107. */
  serverIdentifierOverride: 11,
  /** RFC 8357. */
  sourcePort: 19,
  /** The numbers of Cisco's IOS for link selection and server identifier override, older than RFC 3527 and RFC 5107. */
  ciscoLinkSelection: 150,
  ciscoServerIdentifierOverride: 152,
} as const;

export function relaySuboption({ options }: DhcpPacket, wanted: number): Uint8Array | undefined {
  for (const [code, value] of suboptions(options.get(Option.relayAgentInformation) ?? Buffer.alloc(0))) if (code === wanted) return value;
  return undefined;
}

/** Returns the address of the link that the relay selects for the client. */
export const selectedLink = (packet: DhcpPacket): string | undefined =>
  relayAddress(packet, RelayOption.linkSelection) ?? relayAddress(packet, RelayOption.ciscoLinkSelection);

/** Returns the server identifier that the relay wants in the answer, so that the relay receives renewals. */
export const overriddenIdentifier = (packet: DhcpPacket): string | undefined =>
  relayAddress(packet, RelayOption.serverIdentifierOverride) ?? relayAddress(packet, RelayOption.ciscoServerIdentifierOverride);

/** Returns the address in a suboption of four bytes. Returns undefined for any other length. */
function relayAddress(packet: DhcpPacket, wanted: number): string | undefined {
  const value = relaySuboption(packet, wanted);
  return value?.length === 4 ? value.join(".") : undefined;
}
