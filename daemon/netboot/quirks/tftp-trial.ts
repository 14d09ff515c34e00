/**
 * Learns from a machine's TFTP transfers which settings it supports. A single timeout may have other causes,
 * such as a cable, so a setting is avoided after two. It is recorded as a quirk only if a transfer without it
 * then succeeded. Pure.
 */
import type { Quirks } from "../../contract/netboot/quirk.ts";

export interface TftpSeen {
  end: "complete" | "gave-up" | "other";
  blockSize: number;
  /** True if options were agreed on. */
  options: boolean;
  bytes: number;
  /** True if the machine answered at all. */
  heard: boolean;
}

export interface TftpTrial {
  /** Number of transfers in a row whose agreed options were never acknowledged. */
  unheard: number;
  /**
   * The smallest block size at which not even the first block arrived, and the number of failures in a row at
   * that size or larger.
   */
  tooLarge: { blockSize: number; times: number } | undefined;
}

export const noTftpTrial: TftpTrial = { unheard: 0, tooLarge: undefined };

/** The settings for the next transfer. */
export function tftpTried({ unheard, tooLarge }: TftpTrial): Quirks {
  return {
    ...(unheard >= ENOUGH && { tftpOptions: false }),
    ...(tooLarge && tooLarge.times >= ENOUGH && { blockSize: rungs.find((rung) => rung < tooLarge.blockSize) ?? PLAIN }),
  };
}

const ENOUGH = 2;
/**
 * Block sizes to try: with room for a VLAN tag or a tunnel, half a packet, and the size that every TFTP
 * client since 1981 supports.
 */
const PLAIN = 512;
const rungs = [1428, 1024, PLAIN];

export interface Lesson {
  quirks: Quirks;
  because: string;
}

export function learnTftp(trial: TftpTrial, seen: TftpSeen): { trial: TftpTrial; lesson?: Lesson } {
  if (seen.end === "gave-up") return { trial: afterSilence(trial, seen) };
  // A file smaller than one block shows nothing about block sizes.
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
  // Some blocks arrived, so the block size was not the cause.
  if (bytes > 0) return trial;
  if (!heard) return options ? { ...trial, unheard: trial.unheard + 1 } : trial;
  if (blockSize <= PLAIN) return trial;
  const before = trial.tooLarge;
  if (before && before.blockSize < blockSize) return trial;
  return { ...trial, tooLarge: { blockSize, times: (before?.times ?? 0) + 1 } };
}
