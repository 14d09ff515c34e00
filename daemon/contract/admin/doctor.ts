/** What `muster doctor` finds: everything a start depends on, and what to do where something is wrong. */
import * as z from "zod";
import { Instant } from "../names.ts";

export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** What to do; where nothing is wrong, what one could do. */
  advice: z.string().optional(),
});
export type Check = z.output<typeof Check>;

export const Examination = z.object({ at: Instant, checks: z.array(Check) });
export type Examination = z.output<typeof Examination>;
