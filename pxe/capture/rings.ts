/**
 * Stores the captured traffic of each machine in files of limited size. Each machine has a current and an older file,
 * and each file is a complete capture. When the current file is full, it replaces the older file. When all captures
 * together use up their space, the capture of the machine that was silent longest is deleted.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HEADER_LENGTH, type PcapRecord, pcapHeader, pcapRecords } from "./pcap.ts";

export interface RingLimits {
  machineBytes: number;
  totalBytes: number;
}

export const defaultLimits: RingLimits = { machineBytes: 256 * 1024, totalBytes: 32 * 1024 * 1024 };

interface Ring {
  current: number;
  older: number;
  /** True if this process has verified that the file ends with a complete record. */
  whole: boolean;
}

const nameOf = (mac: string) => mac.replaceAll(":", "");
const currentFile = (folder: string, mac: string) => join(folder, `${nameOf(mac)}.pcap`);
const olderFile = (folder: string, mac: string) => join(folder, `${nameOf(mac)}.older.pcap`);
/** A file's size on disk is a whole number of 4096-byte blocks. */
const onDisk = (bytes: number) => Math.ceil(bytes / 4096) * 4096;

export class CaptureRings {
  readonly #folder: string;
  readonly #limits: RingLimits;
  /** The machines in the order of their last packet, with the most recent machine at the end. */
  readonly #rings = new Map<string, Ring>();
  #total = 0;

  constructor(folder: string, limits: RingLimits = defaultLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  open(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o750 });
    const files = readdirSync(this.#folder)
      .filter((file) => /^[0-9a-f]{12}(\.older)?\.pcap$/.test(file))
      .map((file) => {
        const { size, mtimeMs } = statSync(join(this.#folder, file));
        return { file, size, mtimeMs };
      })
      .sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { file, size } of files) {
      const mac = file.slice(0, 12).replace(/..(?=.)/g, "$&:");
      const ring = this.#touch(mac);
      if (file.includes("older")) ring.older = size;
      else ring.current = size;
      this.#total += onDisk(size);
    }
  }

  /** Appends complete records. */
  append(mac: string, records: Buffer): void {
    const ring = this.#touch(mac);
    if (!ring.whole) this.#mend(mac, ring);
    if (ring.current > 0 && ring.current + records.length > this.#limits.machineBytes / 2) this.#turn(mac, ring);
    const bytes = ring.current === 0 ? Buffer.concat([pcapHeader(), records]) : records;
    appendFileSync(currentFile(this.#folder, mac), bytes, { mode: 0o640 });
    this.#total += onDisk(ring.current + bytes.length) - onDisk(ring.current);
    ring.current += bytes.length;
    this.#makeRoom(mac);
  }

  #touch(mac: string): Ring {
    const ring = this.#rings.get(mac) ?? { current: 0, older: 0, whole: false };
    this.#rings.delete(mac);
    this.#rings.set(mac, ring);
    return ring;
  }

  #mend(mac: string, ring: Ring): void {
    ring.whole = true;
    if (ring.current === 0) return;
    const file = currentFile(this.#folder, mac);
    const length = pcapRecords(readFileSync(file)).reduce((sum, { bytes }) => sum + bytes.length, HEADER_LENGTH);
    if (length === ring.current) return;
    if (length > HEADER_LENGTH) truncateSync(file, length);
    else writeFileSync(file, pcapHeader());
    this.#total += onDisk(length) - onDisk(ring.current);
    ring.current = length;
  }

  #turn(mac: string, ring: Ring): void {
    renameSync(currentFile(this.#folder, mac), olderFile(this.#folder, mac));
    this.#total -= onDisk(ring.older);
    ring.older = ring.current;
    ring.current = 0;
  }

  #makeRoom(forMac: string): void {
    for (const [mac, { current, older }] of this.#rings) {
      if (this.#total <= this.#limits.totalBytes || mac === forMac) return;
      rmSync(currentFile(this.#folder, mac), { force: true });
      rmSync(olderFile(this.#folder, mac), { force: true });
      this.#rings.delete(mac);
      this.#total -= onDisk(current) + onDisk(older);
    }
  }
}

/** Any process may call this function while another process writes the files. */
export function readRing(folder: string, mac: string): PcapRecord[] {
  for (;;) {
    const before = identity(olderFile(folder, mac));
    const files = [olderFile(folder, mac), currentFile(folder, mac)].map(contentOf);
    // If the writer started a new file in the meantime, the two files do not match, so the function reads them again.
    if (identity(olderFile(folder, mac)) === before) return files.flatMap(pcapRecords);
  }
}

const identity = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino;

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.of();
    throw error;
  }
}

/** Merges the captures of a machine's network cards into one file. Returns undefined if no network card has a capture. */
export function captureOf(folder: string, macs: readonly string[]): Uint8Array<ArrayBuffer> | undefined {
  const records = macs.flatMap((mac) => readRing(folder, mac)).sort((a, b) => a.atMs - b.atMs);
  return records.length === 0 ? undefined : Buffer.concat([pcapHeader(), ...records.map(({ bytes }) => bytes)]);
}
