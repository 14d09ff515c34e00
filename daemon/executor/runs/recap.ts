/**
 * Reads the results of nodes from the events of a run. The events contain Ansible's own counts, and the nodes whose part of
 * the run has ended.
 */
import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { Recap } from "../../contract/jobs/job.ts";
import type { RunOutcome } from "../../contract/jobs/run-messages.ts";
import { NodeName } from "../../contract/names.ts";

const Stats = z.object({
  event: z.literal("stats"),
  hosts: z.record(z.string(), Recap),
  cancelled: z.array(NodeName).catch([]),
});
const HostEnd = z.object({ event: z.literal("host-end"), host: z.string() });

/** Returns the counts of all nodes. Returns an empty object if the run did not reach its end. */
export function recapFrom(eventsFile: string): Pick<RunOutcome, "recap" | "cancelledNodes"> {
  for (const event of eventsOf(eventsFile).reverse()) {
    const stats = Stats.safeParse(event);
    if (!stats.success) continue;
    const { hosts, cancelled } = stats.data;
    return { recap: hosts, ...(cancelled.length > 0 && { cancelledNodes: cancelled }) };
  }
  return {};
}

export function endedHosts(eventsFile: string): Set<string> {
  return new Set(
    eventsOf(eventsFile).flatMap((event) => {
      const end = HostEnd.safeParse(event);
      return end.success ? [end.data.host] : [];
    }),
  );
}

function eventsOf(file: string): unknown[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line): unknown[] => {
      try {
        return [JSON.parse(line)];
      } catch {
        return []; // The last line of a killed run may be incomplete.
      }
    });
}
