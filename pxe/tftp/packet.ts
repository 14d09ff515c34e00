/** Encodes and decodes the TFTP wire format (RFC 1350, 2347). */

export type TftpRequest =
  | { kind: "read"; file: string; mode: string; options: ReadonlyMap<string, string> }
  | { kind: "write"; file: string }
  | { kind: "ack"; block: number }
  | { kind: "error"; code: number; message: string }
  /** A packet of a type that only a server sends, or a packet that is too short. */
  | { kind: "stray"; reason: string }
  | { kind: "illegal"; reason: string };

export const Opcode = { read: 1, write: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

export const TftpError = { undefined: 0, notFound: 1, accessViolation: 2, illegalOperation: 4, unknownTransfer: 5, options: 8 } as const;

export const DATA_HEADER = 4;

/** This function never throws, although a datagram may be empty or contain any bytes. */
export function decodeRequest(bytes: Buffer): TftpRequest {
  if (bytes.length < 4) return { kind: "stray", reason: `${bytes.length} bytes` };
  const opcode = bytes.readUInt16BE(0);
  switch (opcode) {
    case Opcode.ack:
      return { kind: "ack", block: bytes.readUInt16BE(2) };
    case Opcode.error:
      return { kind: "error", code: bytes.readUInt16BE(2), message: strings(bytes.subarray(4))[0] ?? "" };
    case Opcode.read:
    case Opcode.write:
      return request(opcode, strings(bytes.subarray(2)));
    case Opcode.data:
    case Opcode.oack:
      return { kind: "stray", reason: `opcode ${opcode} is sent by servers only` };
    default:
      return { kind: "illegal", reason: `opcode ${opcode}` };
  }
}

function request(opcode: 1 | 2, [file, mode, ...rest]: string[]): TftpRequest {
  if (!file || !mode) return { kind: "illegal", reason: "a request without file or mode" };
  if (opcode === Opcode.write) return { kind: "write", file };
  const options = new Map<string, string>();
  // Option names are case-insensitive (RFC 2347 §2).
  for (let at = 0; at + 1 < rest.length; at += 2) options.set(rest[at]!.toLowerCase(), rest[at + 1]!);
  return { kind: "read", file, mode: mode.toLowerCase(), options };
}

/**
 * Writes the header of the DATA packet at offset `start`. The payload must already be in memory, `DATA_HEADER` bytes
 * after `start`.
 */
export function stampData(memory: Buffer, start: number, block: number): void {
  memory.writeUInt16BE(Opcode.data, start);
  memory.writeUInt16BE(block, start + 2);
}

/** The message must be short and in ASCII, because some ROMs print it. */
export function error(code: number, message: string): Buffer {
  return Buffer.concat([Buffer.from([0, Opcode.error, 0, code]), Buffer.from(`${message}\0`, "latin1")]);
}

export function oack(options: ReadonlyMap<string, string>): Buffer {
  const text = [...options].map(([name, value]) => `${name}\0${value}\0`).join("");
  return Buffer.concat([Buffer.from([0, Opcode.oack]), Buffer.from(text, "latin1")]);
}

/**
 * Splits the bytes into zero-terminated strings, and ignores a last string without a terminator. Some ROMs append a
 * 0xFF byte to the file name.
 */
function strings(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf(0, at);
    if (end === -1) return found;
    found.push(bytes.toString("latin1", at, end).replace(/\xff+$/, ""));
    at = end + 1;
  }
}
