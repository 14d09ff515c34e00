/** Prepares a node for a wipe (arms the node). The next network boot of the node erases its disks once. */
import type { Node, WipedDisks } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { deadlineAfter, seconds } from "../deadlines.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import { requireIdle, requireOwnKernel } from "./checks.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export interface Wiping {
  node: string;
  confirm: string;
  disks: WipedDisks;
  /** True if only the beginning and the end of each disk are overwritten. */
  quick: boolean;
}

export function wipeNode(
  { nodes, jobs, registry, requireBootFiles }: Pick<ActPorts, "nodes" | "jobs" | "registry" | "requireBootFiles">,
  { node, confirm, disks, quick }: Wiping,
  requester: Requester,
): Node {
  const target = findNode(nodes, node);
  // The requester must type the name of any node, because even a machine without Muster's system may contain data.
  if (confirm !== target.name)
    throw new MusterError("REQUEST_INVALID", `confirm: a wipe erases its disks; repeat its name, ${target.name}, to go on`);
  requireIdle(jobs, target);
  requireOwnKernel(target);
  requireBootFiles("wipe");
  requester.permit({ tool: "wipe", parameters: { disks, quick }, nodes: [target], typed: confirm });
  const what = disks === "all" ? "all fixed disks" : "the disk an installation takes";
  return registry.update(target.id, (was) => ({
    node: {
      ...was,
      state: advance(was.state, { type: "wipe-armed", disks, quick, deadline: deadlineAfter(new Date(), seconds.armed) }),
    },
    event: {
      source: "control",
      type: "node.wipe-armed",
      summary: `armed for a wipe by ${requester.name}: its next network boot erases ${what}${quick ? ", only the beginning and the end" : ""}, once`,
      detail: { disks, quick },
    },
  }));
}
