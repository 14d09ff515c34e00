/** Promotes a worker to a controller in the inventory, and configures the node again. */
import type { Job } from "../../contract/jobs/job.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../find-node.ts";
import { notRunnable } from "../runnable.ts";
import { requireIdle } from "./checks.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export async function promoteNode(
  { nodes, jobs, events, ...ports }: Pick<ActPorts, "nodes" | "jobs" | "events" | "requireWorker" | "promote" | "provision">,
  { node }: { node: string },
  requester: Requester,
): Promise<Job> {
  const target = findNode(nodes, node);
  requireIdle(jobs, target);
  const reason = notRunnable(target);
  if (reason !== undefined) throw new MusterError("NODE_WRONG_PHASE", reason);
  ports.requireWorker(target.name);
  requester.permit({ tool: "promote", nodes: [target] });
  await ports.promote(target.name);
  events.append({
    source: "control",
    type: "node.promoted",
    summary: `promoted by ${requester.name}: a controller in the inventory from now on`,
    nodeId: target.id,
  });
  return ports.provision(target, requester.name);
}
