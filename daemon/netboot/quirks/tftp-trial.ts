/**
 * Learns from a machine's TFTP transfers which settings the machine supports. A single timeout may have another
 * cause, such as a cable, so Muster avoids a setting only after two timeouts. Muster saves the result as a quirk only
 * after a transfer without the avoided setting has succeeded. Pure.
 */
import type { Quirks } from "../../contract/netboot/quirk.ts";

export interface TftpSeen {
  end: "complete" | "gave-up" | "other";
  blockSize: number;
  /** True if the server and the machine agreed on TFTP options. */
  options: boolean;
  bytes: number;
  /** True if the machine acknowledged at least one packet of the transfer. */
  heard: boolean;
}

export interface TftpTrial {
  /** The number of transfers in a row in which the machine did not acknowledge the agreed options. */
  unheard: number;
  /**
   * The smallest block size in bytes at which not even the first block arrived. `times` is the number of
   * failures in a row at this size or a larger one.
   */
  tooLarge: { blockSize: number; times: number } | undefined;
}

export const noTftpTrial: TftpTrial = { unheard: 0, tooLarge: undefined };

/** Returns the settings for the next transfer. */
export function tftpTried({ unheard, tooLarge }: TftpTrial): Quirks {
  return {
    ...(unheard >= ENOUGH && { tftpOptions: false }),
    ...(tooLarge && tooLarge.times >= ENOUGH && { blockSize: rungs.find((rung) => rung < tooLarge.blockSize) ?? PLAIN }),
  };
}

const ENOUGH = 2;
/**
 * The block sizes to try, in bytes. A block of 1428 bytes leaves room for a VLAN tag or a tunnel. Every TFTP
 * client since 1981 supports 512 bytes.
 */
const PLAIN = 512;
const rungs = [1428, 1024, PLAIN];

export interface Lesson {
  quirks: Quirks;
  because: string;
}

export function learnTftp(trial: TftpTrial, seen: TftpSeen): { trial: TftpTrial; lesson?: Lesson } {
  if (seen.end === "gave-up") return { trial: afterSilence(trial, seen) };
  // A file that is smaller than one block proves nothing about block sizes.
  if (seen.end !== "complete" || seen.bytes < seen.blockSize) return { trial };
  const quirks: Quirks = {};
  const reasons: string[] = [];
  if (trial.unheard > 0 && !seen.options) {
    quirks.tftpOptions = false;
    reasons.push("agreed TFTP options were never acknowledged, but a transfer without them worked");
  }
  if (trial.tooLarge && seen.blockSize < trial.tooLarge.blockSize) {
    quirks.blockSize = seen.blockSize;
    reasons.push(`TFTP blocks of ${trial.tooLarge.blockSize} bytes got no answer, but ${seen.blockSize} bytes did`);
  }
  if (reasons.length === 0) return { trial: noTftpTrial };
  return { trial: noTftpTrial, lesson: { quirks, because: reasons.join("; ") } };
}

function afterSilence(trial: TftpTrial, { blockSize, bytes, heard, options }: TftpSeen): TftpTrial {
  // Some blocks arrived, so the block size did not cause the failure.
  if (bytes > 0) return trial;
  if (!heard) return options ? { ...trial, unheard: trial.unheard + 1 } : trial;
  if (blockSize <= PLAIN) return trial;
  const before = trial.tooLarge;
  if (before && before.blockSize < blockSize) return trial;
  return { ...trial, tooLarge: { blockSize, times: (before?.times ?? 0) + 1 } };
}
