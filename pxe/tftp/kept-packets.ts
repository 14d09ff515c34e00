/**
 * Caches DATA packets for all transfers of the same file with the same block size, because a rack requests
 * the same loader. The memory is limited, with room for a kernel, an initrd and the loaders.
 */

/** Consecutive packets, ready to be sent. */
export interface Stretch {
  /** The number of its first block. */
  first: number;
  /** Consecutive packets. The file is read directly into their payloads. */
  memory: Buffer;
  payloads: Buffer[];
  /** Number of packets with a block, and the end of the last one. */
  filled: number;
  end: number;
  /**
   * Other transfers may be sending it, even after it was dropped from the cache. So it is never changed
   * again.
   */
  shared: boolean;
}

const KEPT_BYTES = 96 * 1024 * 1024;
/**
 * A file that was used this recently is not dropped for another one. Otherwise two files would displace each
 * other all the time.
 */
const FRESH_MS = 60_000;

interface KeptFile {
  stretches: Map<number, Stretch>;
  bytes: number;
  usedAt: number;
}

export class KeptPackets {
  readonly #limit: number;
  /** By version and terms; the least recently used first. */
  readonly #files = new Map<string, KeptFile>();
  #bytes = 0;

  constructor(limit = KEPT_BYTES) {
    this.#limit = limit;
  }

  /** `key` identifies a version of a file and every setting that shapes its packets. */
  get(key: string, first: number): Stretch | undefined {
    return this.#files.get(key)?.stretches.get(first);
  }

  /** Caches the stretch if there is room. Then it is shared. */
  keep(key: string, stretch: Stretch, now = performance.now()): void {
    const size = stretch.memory.length;
    this.#makeRoom(key, size, now);
    if (this.#bytes + size > this.#limit) return;
    const file = this.#files.get(key) ?? this.used(key, now);
    if (file.stretches.has(stretch.first)) return; // another transfer was faster
    file.stretches.set(stretch.first, stretch);
    file.bytes += size;
    this.#bytes += size;
    stretch.shared = true;
  }

  /** Called at the start of each transfer. */
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
