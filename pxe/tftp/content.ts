/** The source of a transfer's bytes: read once, in order, a few blocks at a time. */
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { sameVersion, versionOf } from "../contained-file.ts";

export interface Content {
  /** Bytes on the wire, if known before reading. */
  size: number | undefined;
  /** Equal for equal bytes. Absent if that cannot be guaranteed. */
  version?: string;
  /**
   * Fills the pieces in order and returns the number of bytes. It is less than their size only at the end.
   */
  fill(pieces: readonly Buffer[]): Promise<number>;
  /** Skips bytes that are cached. It never skips the end, where the file is checked for changes. */
  skip?(bytes: number): void;
  close(): Promise<void>;
}

/** The bytes of the file, unchanged. */
export function octets(handle: FileHandle, stats: Stats): Content {
  let at = 0;
  return {
    size: stats.size,
    version: versionOf(stats),
    skip: (bytes) => {
      at += bytes;
    },
    fill: async (pieces) => {
      const room = lengthOf(pieces);
      let filled = 0;
      while (filled < room) {
        const { bytesRead } = await handle.readv(beyond(pieces, filled), at + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      at += filled;
      // A machine must never take half of the old file and half of the new one for a whole. So check the file
      // before the end is sent.
      const ended = filled < room || at >= stats.size;
      if (ended && (at !== stats.size || !sameVersion(await handle.stat(), stats))) throw new Error("the file changed while it was sent");
      return filled;
    },
    close: () => handle.close(),
  };
}

/**
 * The line ends of RFC 764: LF becomes CR LF, CR becomes CR NUL. The resulting length is known only at the
 * end.
 */
export function netascii(source: Content): Content {
  const raw = Buffer.allocUnsafe(16 * 1024);
  let converted = Buffer.alloc(0);
  return {
    size: undefined,
    fill: async (pieces) => {
      let filled = 0;
      for (const piece of pieces) {
        for (let at = 0; at < piece.length; ) {
          if (converted.length === 0) converted = withLineEnds(raw.subarray(0, await source.fill([raw])));
          if (converted.length === 0) return filled;
          const taken = converted.copy(piece, at);
          converted = converted.subarray(taken);
          at += taken;
          filled += taken;
        }
      }
      return filled;
    },
    close: () => source.close(),
  };
}

const withLineEnds = (bytes: Buffer): Buffer<ArrayBuffer> =>
  Buffer.from(bytes.toString("latin1").replaceAll("\r", "\r\0").replaceAll("\n", "\r\n"), "latin1");

/** A file that exists only in memory. */
export function inMemory(text: string): Content {
  const bytes = Buffer.from(text);
  let at = 0;
  return {
    size: bytes.length,
    fill: async (pieces) => {
      const before = at;
      for (const piece of pieces) at += bytes.copy(piece, 0, at);
      return at - before;
    },
    close: async () => undefined,
  };
}

const lengthOf = (pieces: readonly Buffer[]) => pieces.reduce((sum, { length }) => sum + length, 0);

/** The pieces without their first bytes. */
function beyond(pieces: readonly Buffer[], bytes: number): readonly Buffer[] {
  if (bytes === 0) return pieces;
  let index = 0;
  let skip = bytes;
  while (skip >= pieces[index]!.length) skip -= pieces[index++]!.length;
  return [pieces[index]!.subarray(skip), ...pieces.slice(index + 1)];
}
