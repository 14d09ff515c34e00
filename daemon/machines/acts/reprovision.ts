/** Queues a job that configures a node, or a preview of the changes that this job would make. */
import type { Job } from "../../contract/jobs/job.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../find-node.ts";
import { notRunnable } from "../runnable.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export async function reprovisionNode(
  { nodes, provision, preview }: Pick<ActPorts, "nodes" | "provision" | "preview">,
  { node, check }: { node: string; check: boolean },
  requester: Requester,
): Promise<Job> {
  const target = findNode(nodes, node);
  const reason = check ? notRunnable(target) : undefined;
  if (reason !== undefined) throw new MusterError("NODE_WRONG_PHASE", reason);
  requester.permit({ tool: "reprovision", parameters: { check }, nodes: [target] });
  return check ? preview(target, requester.name) : provision(target, requester.name);
}
