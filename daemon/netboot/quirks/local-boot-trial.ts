/** Which way a machine gets into its own disk: the next is tried when it comes straight back, and what brought its system up is kept. Pure. */
import type { LocalBoot } from "../../contract/netboot/quirk.ts";
import type { Lesson } from "./tftp-trial.ts";

export interface LocalBootTrial {
  rung: number;
  /** When it was last told to boot its disk, and nothing was heard of a system since. */
  toldAt: number | undefined;
  /** How often in a row it came straight back from this rung. */
  returns: number;
  /** The ways it came back from. */
  failed: readonly LocalBoot[];
}

export const noLocalBootTrial: LocalBootTrial = { rung: 0, toldAt: undefined, returns: 0, failed: [] };

/** Servers take minutes to their next network boot. Who comes later had a system meanwhile, or was switched on again. */
const STRAIGHT_BACK_MS = 10 * 60_000;
/** One return may be a person's doing. */
const ENOUGH = 2;

/** BIOS without an answer from drive 0x80 exits all the same. EDK2 takes an error for "try the next boot entry". */
export const usualLadder = (firmware: "bios" | "uefi"): LocalBoot[] =>
  firmware === "bios" ? ["sanboot", "exit-0", "exit-1"] : ["exit-1", "exit-0"];

/** Told to boot its disk: by which way, and what is remembered of it. */
export function tellLocalBoot(
  trial: LocalBootTrial,
  ladder: readonly LocalBoot[],
  nowMs: number,
): { trial: LocalBootTrial; way: LocalBoot } {
  const back = trial.toldAt !== undefined && nowMs - trial.toldAt < STRAIGHT_BACK_MS;
  const returns = back ? trial.returns + 1 : 0;
  const way = wayAt(trial.rung, ladder);
  if (returns < ENOUGH) return { trial: { ...trial, returns, toldAt: nowMs }, way };
  const rung = trial.rung + 1;
  const failed = trial.failed.includes(way) ? trial.failed : [...trial.failed, way];
  return { trial: { rung, returns: 0, toldAt: nowMs, failed }, way: wayAt(rung, ladder) };
}

/** Its system was heard. */
export function systemCameUp(trial: LocalBootTrial, ladder: readonly LocalBoot[]): { trial: LocalBootTrial; lesson?: Lesson } {
  const way = wayAt(trial.rung, ladder);
  const failed = trial.failed.filter((each) => each !== way);
  if (trial.toldAt === undefined || failed.length === 0) return { trial: noLocalBootTrial };
  const localBoot = [way, ...ladder.filter((each) => each !== way)];
  return {
    trial: noLocalBootTrial,
    lesson: { quirks: { localBoot }, because: `came straight back from ${failed.join(" and ")}, ${way} brought its system up` },
  };
}

const wayAt = (rung: number, ladder: readonly LocalBoot[]): LocalBoot => ladder[rung % ladder.length] ?? "exit-1";
