/**
 * Caches DATA packets for all transfers of the same file with the same options. A whole rack often requests the same
 * loader. The memory limit is large enough for a kernel, an initrd and the loaders.
 */

/** Consecutive packets of a file that are ready to be sent. */
export interface Stretch {
  /** The number of the first block in this series of packets (stretch). */
  first: number;
  /** The bytes of consecutive packets. The payloads are views of these bytes, so the file is read directly into the packets. */
  memory: Buffer;
  payloads: Buffer[];
  /** The number of packets that contain a block, and the offset at which the last packet ends. */
  filled: number;
  end: number;
  /**
   * A shared series of packets (stretch) never changes again. Other transfers may still send it, even after its
   * removal from the cache.
   */
  shared: boolean;
}

const KEPT_BYTES = 96 * 1024 * 1024;
/**
 * A file that was used within this time is not removed from the cache. Without this time, two large files would
 * repeatedly displace each other in the cache.
 */
const FRESH_MS = 60_000;

interface KeptFile {
  stretches: Map<number, Stretch>;
  bytes: number;
  usedAt: number;
}

export class KeptPackets {
  readonly #limit: number;
  /** The files by version and transfer options, with the least recently used file first. */
  readonly #files = new Map<string, KeptFile>();
  #bytes = 0;

  constructor(limit = KEPT_BYTES) {
    this.#limit = limit;
  }

  /** The parameter `key` identifies a version of a file and every option that changes its packets. */
  get(key: string, first: number): Stretch | undefined {
    return this.#files.get(key)?.stretches.get(first);
  }

  /** If the cache has room, adds this series of packets (stretch) to the cache and marks it as shared. */
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

  /** Each transfer calls this function when it starts, so that the file counts as recently used. */
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
