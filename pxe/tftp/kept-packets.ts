/**
 * DATA packets that were made once and serve all who fetch the same file with blocks of the same size: a rack asks for
 * one loader. Bounded, whatever is asked by however many: room for a kernel, an initrd and the loaders.
 */

/** Packets one after the other, made ready to be sent. */
export interface Stretch {
  /** The number of its first block. */
  first: number;
  /** Packet after packet; their payloads are where the file is read into. */
  memory: Buffer;
  payloads: Buffer[];
  /** How many packets hold a block, and where the last of those ends. */
  filled: number;
  end: number;
  /** Others may be sending it, also after it is kept no longer: it is never changed again. */
  shared: boolean;
}

const KEPT_BYTES = 96 * 1024 * 1024;
/** What somebody fetched so lately is not let go for another file: taking turns would keep nothing of either. */
const FRESH_MS = 60_000;

interface KeptFile {
  stretches: Map<number, Stretch>;
  bytes: number;
  usedAt: number;
}

export class KeptPackets {
  readonly #limit: number;
  /** By version and terms; those used longest ago first. */
  readonly #files = new Map<string, KeptFile>();
  #bytes = 0;

  constructor(limit = KEPT_BYTES) {
    this.#limit = limit;
  }

  /** `key` names a version of a file and everything that shapes its packets. */
  get(key: string, first: number): Stretch | undefined {
    return this.#files.get(key)?.stretches.get(first);
  }

  /** Keeps it where there is room: then it is shared. */
  keep(key: string, stretch: Stretch, now = performance.now()): void {
    const size = stretch.memory.length;
    this.#makeRoom(key, size, now);
    if (this.#bytes + size > this.#limit) return;
    const file = this.#files.get(key) ?? this.used(key, now);
    if (file.stretches.has(stretch.first)) return; // another transfer was quicker
    file.stretches.set(stretch.first, stretch);
    file.bytes += size;
    this.#bytes += size;
    stretch.shared = true;
  }

  /** At the start of each transfer. */
  used(key: string, now = performance.now()): KeptFile {
    const file = this.#files.get(key) ?? { stretches: new Map(), bytes: 0, usedAt: now };
    file.usedAt = now;
    this.#files.delete(key);
    this.#files.set(key, file);
    return file;
  }

  #makeRoom(key: string, size: number, now: number): void {
    for (const [other, { bytes, usedAt }] of this.#files) {
      if (this.#bytes + size <= this.#limit || now - usedAt < FRESH_MS) return;
      if (other === key) continue;
      this.#files.delete(other);
      this.#bytes -= bytes;
    }
  }
}
