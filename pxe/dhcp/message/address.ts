/** Converts IPv4 addresses between text, number and bytes. */

/** The address 0.0.0.0, which means that a client has no address yet. */
export const ANY = "0.0.0.0";
export const BROADCAST = "255.255.255.255";

export function toNumber(address: string): number {
  let [sum, byte] = [0, 0];
  for (let index = 0; index < address.length; index++) {
    const digit = address.charCodeAt(index) - 48;
    if (digit >= 0) byte = byte * 10 + digit;
    else {
      sum = sum * 256 + byte;
      byte = 0;
    }
  }
  return sum * 256 + byte;
}
export const toAddress = (number: number): string => `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;

export function ipBytes(address: string): Uint8Array {
  const bytes = new Uint8Array(4);
  writeIp(bytes, 0, address);
  return bytes;
}

/** The function runs several times for each packet. For speed, it does not split the text. */
export function writeIp(into: Uint8Array, start: number, address: string): void {
  let [at, byte] = [start, 0];
  for (let index = 0; index < address.length; index++) {
    const digit = address.charCodeAt(index) - 48;
    if (digit >= 0) byte = byte * 10 + digit;
    else {
      into[at++] = byte;
      byte = 0;
    }
  }
  into[at] = byte;
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export interface Block {
  network: number;
  mask: number;
  prefix: number;
}

/** Parses a network such as `10.77.0.0/16`. The host bits need not be zero. */
export function parseBlock(cidr: string): Block {
  const [address = "", length = "32"] = cidr.split("/");
  const prefix = Number(length);
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  return { network: (toNumber(address) & mask) >>> 0, mask, prefix };
}

export const blockHolds = ({ network, mask }: Block, address: string): boolean => (toNumber(address) & mask) >>> 0 === network;
export const netmaskOf = ({ mask }: Block): string => toAddress(mask);
export const broadcastOf = ({ network, mask }: Block): string => toAddress((network | ~mask) >>> 0);
