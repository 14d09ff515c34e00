/**
 * Answers the request for the time. An installer sets its clock from the answer, because a machine with a flat battery
 * begins in the year of its firmware.
 */
import type { BootResponse } from "../../../pxe/boot-source.ts";
import { plain, refuse } from "./responses.ts";

/** The release date of the first version. If the clock of the control node shows an earlier time, the clock was never set. */
const EARLIEST_MS = Date.UTC(2026, 10, 29);

/** The answer contains the seconds since 1970, because every `date` program understands this number. */
export const timeAnswer = (nowMs: number): BootResponse =>
  nowMs < EARLIEST_MS ? refuse(409, "the clock of the control node is not set") : plain(`${Math.floor(nowMs / 1000)}\n`);
