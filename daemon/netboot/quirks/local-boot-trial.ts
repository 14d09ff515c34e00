/**
 * Finds the way in which a machine boots its own disk. When the machine comes straight back, the next way is
 * tried. The way that started its system is remembered. Pure.
 */
import type { LocalBoot } from "../../contract/netboot/quirk.ts";
import type { Lesson } from "./tftp-trial.ts";

export interface LocalBootTrial {
  rung: number;
  /** Time of the last instruction to boot the disk, if no system was heard since. */
  toldAt: number | undefined;
  /** Number of times in a row that the machine came straight back from this way. */
  returns: number;
  /** The ways from which it came straight back. */
  failed: readonly LocalBoot[];
}

export const noLocalBootTrial: LocalBootTrial = { rung: 0, toldAt: undefined, returns: 0, failed: [] };

/**
 * Servers need minutes until their next network boot. A machine that returns later had started its system, or
 * was switched on again.
 */
const STRAIGHT_BACK_MS = 10 * 60_000;
/** A person may cause one return. */
const ENOUGH = 2;

/**
 * On BIOS, a drive 0x80 that cannot boot leads to `exit` anyway. EDK2 treats an error as "try the next boot
 * entry".
 */
export const usualLadder = (firmware: "bios" | "uefi"): LocalBoot[] =>
  firmware === "bios" ? ["sanboot", "exit-0", "exit-1"] : ["exit-1", "exit-0"];

/** Records an instruction to boot the disk, and returns the way to use. */
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

/** The machine's own system was heard. */
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
