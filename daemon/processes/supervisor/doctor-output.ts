/** Parses the output of `muster doctor --json`. */
import * as z from "zod";
import type { DoctorNews } from "../../admin/doctor-asking.ts";
import { Check } from "../../contract/admin/doctor.ts";
import { explain } from "../../errors/errors.ts";

/**
 * Returns the result of the doctor from its output. The exit code is ignored, because the doctor exits with 1
 * if a check fails.
 */
export function newsOf(stdout: string, error: Error | null): DoctorNews {
  try {
    return { type: "doctor-done", examination: { at: new Date().toISOString(), checks: z.array(Check).parse(JSON.parse(stdout)) } };
  } catch (cause) {
    return { type: "doctor-failed", reason: explain(error ?? cause).split("\n")[0] ?? "" };
  }
}
