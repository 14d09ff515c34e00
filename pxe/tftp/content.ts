/** The source of a transfer's bytes. The bytes are read once, in order, and a few blocks at a time. */
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { sameVersion, versionOf } from "../contained-file.ts";

export interface Content {
  /** The number of bytes on the wire, or undefined if the number is not known before the file is read. */
  size: number | undefined;
  /** An identifier that is the same for files with the same content. The field is absent if Muster cannot guarantee this. */
  version?: string;
  /**
   * Fills the pieces in order and returns the total number of bytes that were filled. This number is smaller than the
   * total size of the pieces only at the end of the file.
   */
  fill(pieces: readonly Buffer[]): Promise<number>;
  /** Skips bytes whose packets are cached. The end of the file is never skipped, because its read checks the file for changes. */
  skip?(bytes: number): void;
  close(): Promise<void>;
}

/** Provides the bytes of the file unchanged. */
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
      // A machine must never receive half of the old file and half of the new file as one file. The file is checked
      // for changes before its end is sent.
      const ended = filled < room || at >= stats.size;
      if (ended && (at !== stats.size || !sameVersion(await handle.stat(), stats))) throw new Error("the file changed while it was sent");
      return filled;
    },
    close: () => handle.close(),
  };
}

/**
 * Converts line endings as in RFC 764: LF becomes CR LF, and CR becomes CR NUL. The length of the result is not known
 * before the end.
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

/** A file whose content exists only in memory. */
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

/** Returns the pieces without the first `bytes` bytes of all pieces together. */
function beyond(pieces: readonly Buffer[], bytes: number): readonly Buffer[] {
  if (bytes === 0) return pieces;
  let index = 0;
  let skip = bytes;
  while (skip >= pieces[index]!.length) skip -= pieces[index++]!.length;
  return [pieces[index]!.subarray(skip), ...pieces.slice(index + 1)];
}
