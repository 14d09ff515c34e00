/** What one machine would be answered right now, every rule that led there, and what became of its last boot. */
import * as z from "zod";
import { Instant } from "../names.ts";

export const AskedMode = z.enum(["off", "proxy", "full"]);
export type AskedMode = z.output<typeof AskedMode>;

/** One rule that mattered: what it looked at, and what came out. */
export const Rule = z.object({ rule: z.string(), input: z.string(), outcome: z.string() });
export type Rule = z.output<typeof Rule>;

/** What is wrong and what to do about it. */
export const Finding = z.object({ finding: z.string(), next: z.array(z.string()) });
export type Finding = z.output<typeof Finding>;

export const Explanation = z.object({
  mac: z.string(),
  node: z.string().optional(),
  phase: z.string(),
  /** The last real DHCP packet of this machine, with the journal of its answer. */
  last: z.object({ at: Instant, summary: z.string(), journal: z.array(z.string()) }).optional(),
  /** What was seen of its last boot, step by step. */
  seen: z.array(z.string()),
  /** What its last boot failed at, if it did. */
  diagnosis: Finding.optional(),
  /** Of a packet made up as asked for. */
  dhcp: z.object({ answer: z.string(), rules: z.array(Rule), journal: z.array(z.string()) }),
  script: z.object({ action: z.enum(["wait", "install", "rescue", "wipe", "local"]), reason: z.string(), text: z.string() }),
});
export type Explanation = z.output<typeof Explanation>;
