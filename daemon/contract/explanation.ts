/** What one machine would be answered right now, and every rule that led there. */
import * as z from "zod";

export const Explanation = z.object({
  mac: z.string(),
  node: z.string().optional(),
  phase: z.string(),
  dhcp: z.object({ answer: z.string(), journal: z.array(z.string()) }),
  script: z.object({ action: z.enum(["wait", "install", "local"]), reason: z.string(), text: z.string() }),
});
export type Explanation = z.output<typeof Explanation>;
