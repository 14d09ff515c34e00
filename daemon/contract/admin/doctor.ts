/** Results of `muster doctor`: everything that a start depends on, with advice where something is wrong. */
import * as z from "zod";
import { Instant } from "../names.ts";

export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** The next step to fix the problem, or an optional improvement if there is none. */
  advice: z.string().optional(),
});
export type Check = z.output<typeof Check>;

export const Examination = z.object({ at: Instant, checks: z.array(Check) });
export type Examination = z.output<typeof Examination>;
