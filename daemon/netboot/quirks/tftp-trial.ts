/**
 * What a machine's TFTP transfers teach of it. One silence may be a cable or a hand on the switch, so a way of sending is given
 * up after two; it is learned only when another way then worked. Pure.
 */
import type { Quirks } from "../../contract/netboot/quirk.ts";

export interface TftpSeen {
  end: "complete" | "gave-up" | "other";
  blockSize: number;
  /** Whether options were agreed on. */
  options: boolean;
  bytes: number;
  /** Whether the machine answered anything at all. */
  heard: boolean;
}

export interface TftpTrial {
  /** Agreed options that were never acknowledged, in a row. */
  unheard: number;
  /** The smallest blocks of which not even the first arrived, and how often blocks of at least that size did not, in a row. */
  tooLarge: { blockSize: number; times: number } | undefined;
}

export const noTftpTrial: TftpTrial = { unheard: 0, tooLarge: undefined };

/** What the next transfer is to do without. */
export function tftpTried({ unheard, tooLarge }: TftpTrial): Quirks {
  return {
    ...(unheard >= ENOUGH && { tftpOptions: false }),
    ...(tooLarge && tooLarge.times >= ENOUGH && { blockSize: rungs.find((rung) => rung < tooLarge.blockSize) ?? PLAIN }),
  };
}

const ENOUGH = 2;
/** Room for a VLAN tag or a tunnel; half a packet; what every TFTP client since 1981 takes. */
const PLAIN = 512;
const rungs = [1428, 1024, PLAIN];

export interface Lesson {
  quirks: Quirks;
  because: string;
}

export function learnTftp(trial: TftpTrial, seen: TftpSeen): { trial: TftpTrial; lesson?: Lesson } {
  if (seen.end === "gave-up") return { trial: afterSilence(trial, seen) };
  // Of a file smaller than a block nothing is to be learned about blocks.
  if (seen.end !== "complete" || seen.bytes < seen.blockSize) return { trial };
  const quirks: Quirks = {};
  const reasons: string[] = [];
  if (trial.unheard > 0 && !seen.options) {
    quirks.tftpOptions = false;
    reasons.push("agreed TFTP options were never acknowledged, a transfer without them worked");
  }
  if (trial.tooLarge && seen.blockSize < trial.tooLarge.blockSize) {
    quirks.blockSize = seen.blockSize;
    reasons.push(`TFTP blocks of ${trial.tooLarge.blockSize} bytes got no answer, ${seen.blockSize} did`);
  }
  if (reasons.length === 0) return { trial: noTftpTrial };
  return { trial: noTftpTrial, lesson: { quirks, because: reasons.join("; ") } };
}

function afterSilence(trial: TftpTrial, { blockSize, bytes, heard, options }: TftpSeen): TftpTrial {
  // Some of it arrived: whatever broke it off, it was not the size of the blocks.
  if (bytes > 0) return trial;
  if (!heard) return options ? { ...trial, unheard: trial.unheard + 1 } : trial;
  if (blockSize <= PLAIN) return trial;
  const before = trial.tooLarge;
  if (before && before.blockSize < blockSize) return trial;
  return { ...trial, tooLarge: { blockSize, times: (before?.times ?? 0) + 1 } };
}
