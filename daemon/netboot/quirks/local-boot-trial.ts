/**
 * Finds a method by which a machine boots its own disk. If the machine immediately returns to network boot, the next
 * method is tried. The method that started the machine's system is recorded. Pure.
 */
import type { LocalBoot } from "../../contract/netboot/quirk.ts";
import type { Lesson } from "./tftp-trial.ts";

export interface LocalBootTrial {
  rung: number;
  /**
   * The time, in milliseconds, of the last instruction to boot the disk. Undefined if the machine's system has sent a
   * packet since the instruction.
   */
  toldAt: number | undefined;
  /** The number of consecutive times that the machine immediately returned to network boot after the current method. */
  returns: number;
  /** The methods after which the machine immediately returned to network boot. */
  failed: readonly LocalBoot[];
}

export const noLocalBootTrial: LocalBootTrial = { rung: 0, toldAt: undefined, returns: 0, failed: [] };

/**
 * The milliseconds within which a return counts as a failed boot. A server needs some minutes until its next network
 * boot. A machine that returns later had started its system or was switched on again.
 */
const STRAIGHT_BACK_MS = 10 * 60_000;
/** The number of returns after which the next method is tried. A person may cause a single return, for example with a reset. */
const ENOUGH = 2;

/**
 * Returns the methods in their usual order. On BIOS, `sanboot` has the same effect as `exit` if drive 0x80 cannot
 * boot. UEFI firmware (EDK2) tries the next boot entry after an error.
 */
export const usualLadder = (firmware: "bios" | "uefi"): LocalBoot[] =>
  firmware === "bios" ? ["sanboot", "exit-0", "exit-1"] : ["exit-1", "exit-0"];

/** Records an instruction to boot the disk, and returns the method to use. */
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

/** Records that the machine's own system has sent a packet. */
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
