/** Checks that several acts share. Each throws a coded error. */
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import { isInService } from "../in-service.ts";
import { unsuitable } from "../suitability.ts";

/** A node's system must not be removed while a job works on it. */
export function requireIdle(jobs: JobStore, node: Node): void {
  const job = jobs.liveOf(node.id);
  if (job) throw new MusterError("JOB_IN_PROGRESS", `${job.id} (${job.playbook}) is ${job.status} on ${node.name}`);
}

/** A node with an installed system is only erased or forgotten after the requester has typed its name. */
export function requireConfirmed(node: Node, confirm: string | undefined): void {
  if (!isInService(node) || confirm === node.name) return;
  throw new MusterError("REQUEST_INVALID", `confirm: this node is ${node.state.phase}; repeat its name, ${node.name}, to go on`);
}

/** The rescue system and the wiper both use the kernel of the image. */
export function requireOwnKernel({ facts }: Node): void {
  const reason = unsuitable(facts, "image");
  if (reason !== undefined) throw new MusterError("NODE_UNSUITABLE", reason);
}
