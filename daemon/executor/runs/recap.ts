/** What a run's events say of its nodes: Ansible's own counts at its end, and who has come to an end before it. */
import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import type { RunOutcome } from "../../contract/executor-protocol.ts";
import { Recap } from "../../contract/jobs/job.ts";
import { NodeName } from "../../contract/names.ts";

const Stats = z.object({
  event: z.literal("stats"),
  hosts: z.record(z.string(), Recap),
  cancelled: z.array(NodeName).catch([]),
});
const HostEnd = z.object({ event: z.literal("host-end"), host: z.string() });

/** Nothing when the run never got to its end. */
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
        return []; // The last line of a run that was killed may be half a line.
      }
    });
}
