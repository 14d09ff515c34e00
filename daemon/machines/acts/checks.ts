/** Defines checks that several of Muster's own actions (acts) share. Each check throws an error with a code. */
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import { isInService } from "../in-service.ts";
import { unsuitable } from "../suitability.ts";

/** Throws if a job runs on the node, because the job needs the node's system. */
export function requireIdle(jobs: JobStore, node: Node): void {
  const job = jobs.liveOf(node.id);
  if (job) throw new MusterError("JOB_IN_PROGRESS", `${job.id} (${job.playbook}) is ${job.status} on ${node.name}`);
}

/** Throws if the node has an installed system and the requester has not typed the node's name. */
export function requireConfirmed(node: Node, confirm: string | undefined): void {
  if (!isInService(node) || confirm === node.name) return;
  throw new MusterError("REQUEST_INVALID", `confirm: this node is ${node.state.phase}; repeat its name, ${node.name}, to go on`);
}

/** Throws if the kernel of Muster's image does not suit the machine. The rescue system and the wiper both use this kernel. */
export function requireOwnKernel({ facts }: Node): void {
  const reason = unsuitable(facts, "image");
  if (reason !== undefined) throw new MusterError("NODE_UNSUITABLE", reason);
}
