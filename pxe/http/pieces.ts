/**
 * Reads files in pieces. All clients that fetch a piece at about the same time share one read, because a whole rack
 * often requests the same initrd. The memory use has a fixed limit, even with a huge number of clients.
 */
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { sameVersion, versionOf } from "../contained-file.ts";

/**
 * The size of a piece in bytes. With larger pieces, slow clients would occupy too much memory. Smaller pieces would
 * need more calls.
 */
export const PIECE_BYTES = 512 * 1024;
const KEPT_BYTES = 64 * 1024 * 1024;

export class FileChanged extends Error {}

export class Pieces {
  readonly #keptBytes: number;
  /**
   * The cached pieces, with the least recently used piece first. During a read, the value is a promise, so that many
   * clients share this read.
   */
  readonly #kept = new Map<string, Promise<Buffer>>();
  #bytes = 0;

  constructor(keptBytes = KEPT_BYTES) {
    this.#keptBytes = keptBytes;
  }

  /** Returns piece number `n` of this version of the file. */
  piece(file: { handle: FileHandle; stats: Stats }, n: number): Promise<Buffer> {
    const key = `${versionOf(file.stats)}:${n}`;
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const length = Math.min(PIECE_BYTES, file.stats.size - n * PIECE_BYTES);
    const reading = read(file, n * PIECE_BYTES, length);
    this.#kept.set(key, reading);
    this.#bytes += PIECE_BYTES;
    this.#forgetOldest();
    reading.catch(() => this.#forget(key, reading)); // the waiting callers receive the error
    return reading;
  }

  #forgetOldest(): void {
    for (const [key, reading] of this.#kept) {
      if (this.#bytes <= this.#keptBytes) return;
      this.#forget(key, reading);
    }
  }

  #forget(key: string, reading: Promise<Buffer>): void {
    if (this.#kept.get(key) !== reading) return;
    this.#kept.delete(key);
    this.#bytes -= PIECE_BYTES;
  }
}

async function read({ handle, stats }: { handle: FileHandle; stats: Stats }, position: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(piece, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  if (filled < length || !sameVersion(await handle.stat(), stats)) throw new FileChanged("the file changed while it was sent");
  return piece;
}
