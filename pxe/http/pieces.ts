/**
 * Files read a piece at a time, each piece once for all who fetch it in the same minute: a rack asks for one initrd.
 * Bounded, whatever is asked by however many.
 */
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { sameVersion, versionOf } from "../contained-file.ts";

/** Large enough that the copy to the socket costs more than the call, small enough to hold one for every slow client. */
export const PIECE_BYTES = 512 * 1024;
const KEPT_BYTES = 64 * 1024 * 1024;

export class FileChanged extends Error {}

export class Pieces {
  readonly #keptBytes: number;
  /** Oldest use first. A promise while it is read, so that a hundred who want it wait for one read. */
  readonly #kept = new Map<string, Promise<Buffer>>();
  #bytes = 0;

  constructor(keptBytes = KEPT_BYTES) {
    this.#keptBytes = keptBytes;
  }

  /** The n-th piece of this version of a file. */
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
    reading.catch(() => this.#forget(key, reading)); // whoever asked hears of it
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
