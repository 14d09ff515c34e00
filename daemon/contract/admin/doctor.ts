/** Results of `muster doctor`, which checks everything that Muster needs to start and gives advice about problems. */
import * as z from "zod";
import { Instant } from "../names.ts";

export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** The next step to fix the problem. If the check found no problem, the advice describes an optional improvement. */
  advice: z.string().optional(),
});
export type Check = z.output<typeof Check>;

export const Examination = z.object({ at: Instant, checks: z.array(Check) });
export type Examination = z.output<typeof Examination>;
