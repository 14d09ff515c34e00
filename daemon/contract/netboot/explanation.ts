/** The answer that one machine would get now, the rules behind the answer, and the diagnosis of the last boot. */
import * as z from "zod";
import { Instant } from "../names.ts";

export const AskedMode = z.enum(["off", "proxy", "full"]);
export type AskedMode = z.output<typeof AskedMode>;

/** One rule that was applied, with its input and outcome. */
export const Rule = z.object({ rule: z.string(), input: z.string(), outcome: z.string() });
export type Rule = z.output<typeof Rule>;

/** A problem, and the next steps to solve it. */
export const Finding = z.object({ finding: z.string(), next: z.array(z.string()) });
export type Finding = z.output<typeof Finding>;

export const Explanation = z.object({
  mac: z.string(),
  node: z.string().optional(),
  phase: z.string(),
  /** The last real DHCP packet of the machine, with the journal of Muster's decision. */
  last: z.object({ at: Instant, summary: z.string(), journal: z.array(z.string()) }).optional(),
  /** The steps that Muster observed in the machine's last boot. */
  seen: z.array(z.string()),
  /** The reason why the machine's last boot failed. Absent if the boot did not fail. */
  diagnosis: Finding.optional(),
  /** The decision on a simulated DHCP packet with the requested properties. */
  dhcp: z.object({ answer: z.string(), rules: z.array(Rule), journal: z.array(z.string()) }),
  script: z.object({ action: z.enum(["wait", "install", "rescue", "wipe", "local"]), reason: z.string(), text: z.string() }),
});
export type Explanation = z.output<typeof Explanation>;
