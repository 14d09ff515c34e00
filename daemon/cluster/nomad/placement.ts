/** Why Nomad found no node for a group of tasks. */
import * as z from "zod";
import { count, record } from "../wire/read.ts";

export const Placement = z.object({
  NodesEvaluated: count,
  NodesFiltered: count,
  NodesExhausted: count,
  NodesAvailable: record(z.number()),
  /** For each constraint, how many nodes do not meet it. */
  ConstraintFiltered: record(z.number()),
  ClassFiltered: record(z.number()),
  /** For each resource, on how many nodes too little is left. */
  DimensionExhausted: record(z.number()),
  QuotaExhausted: z.array(z.string()).nullish(),
  /** The number of further allocations that failed for the same reason. */
  CoalescedFailures: count,
});
export type Placement = z.output<typeof Placement>;
