/** Builds client messages from captured packets of real firmware. */

import type { ServerIdentity } from "../../../pxe/dhcp/decision/reply.ts";
import { ipBytes } from "../../../pxe/dhcp/message/address.ts";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode } from "../../../pxe/dhcp/message/packet.ts";
import { type CaptureName, capture } from "./captures.ts";

export const server: ServerIdentity = {
  address: "10.0.0.2",
  bootUrl: "http://10.0.0.2:8080",
  hasBootFile: (name) => !name.includes("arm64"),
};

export interface Changes extends Partial<Omit<DhcpPacket, "options">> {
  type?: number;
  requested?: string;
  server?: string;
  set?: [number, Uint8Array | undefined][];
}

export function message(from: CaptureName, { type, requested, server: chosen, set = [], ...header }: Changes = {}): DhcpPacket {
  const base = decode(capture(from));
  const options = new Map(base.options);
  const changes: [number, Uint8Array | undefined][] = [
    ...(type === undefined ? [] : [[Option.messageType, Uint8Array.of(type)] as [number, Uint8Array]]),
    ...(requested === undefined ? [] : [[Option.requestedAddress, ipBytes(requested)] as [number, Uint8Array]]),
    ...(chosen === undefined ? [] : [[Option.serverIdentifier, ipBytes(chosen)] as [number, Uint8Array]]),
    ...set,
  ];
  for (const [code, value] of changes) {
    if (value === undefined) options.delete(code);
    else options.set(code, value);
  }
  return { ...base, ...header, options };
}
