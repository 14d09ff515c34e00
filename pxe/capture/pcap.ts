/**
 * Writes and reads the part of the classic pcap format (microseconds) that Muster uses. Tcpdump and Wireshark read
 * this format.
 */

/** Each packet in the file begins with its IP header. A UDP or TCP socket never shows the link layer. */
const LINKTYPE_RAW = 101;
const MAGIC = 0xa1b2c3d4;
const SNAP_LENGTH = 65_535;
export const HEADER_LENGTH = 24;
const RECORD_HEADER = 16;

export function pcapHeader(): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAP_LENGTH, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  return header;
}

export function pcapRecord(atMs: number, packet: Uint8Array): Buffer {
  const record = Buffer.alloc(RECORD_HEADER + packet.length);
  record.writeUInt32LE(Math.floor(atMs / 1000), 0);
  record.writeUInt32LE(Math.round((atMs % 1000) * 1000), 4);
  record.writeUInt32LE(packet.length, 8);
  record.writeUInt32LE(packet.length, 12);
  record.set(packet, RECORD_HEADER);
  return record;
}

export interface PcapRecord {
  atMs: number;
  packet: Buffer;
  /** The bytes of the record and its header, as a file contains them. */
  bytes: Buffer;
}

/**
 * Returns the complete records of one capture file. If the writer was killed, the file may lack its header or end
 * with a partial record.
 */
export function pcapRecords(file: Buffer): PcapRecord[] {
  const records: PcapRecord[] = [];
  if (file.length < HEADER_LENGTH || file.readUInt32LE(0) !== MAGIC) return records;
  for (let at = HEADER_LENGTH; at + RECORD_HEADER <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const end = at + RECORD_HEADER + length;
    if (length > SNAP_LENGTH || end > file.length) break;
    records.push({
      atMs: file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000,
      packet: file.subarray(at + RECORD_HEADER, end),
      bytes: file.subarray(at, end),
    });
    at = end;
  }
  return records;
}
