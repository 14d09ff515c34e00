/** Arms a node. The next network boot of an armed node erases the node's disk and installs the node once. */
import type { Node, Profile } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { deadlineAfter, seconds } from "../deadlines.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import { unsuitable } from "../suitability.ts";
import { requireConfirmed, requireIdle } from "./checks.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export interface Arming {
  node: string;
  profile?: Profile | undefined;
  confirm?: string | undefined;
}

export function armNode(
  { nodes, jobs, registry, ...ports }: Pick<ActPorts, "nodes" | "jobs" | "registry" | "defaultProfile" | "requireBootFiles">,
  { node, profile: wanted, confirm }: Arming,
  requester: Requester,
): Node {
  const profile = wanted ?? ports.defaultProfile;
  const target = findNode(nodes, node);
  requireConfirmed(target, confirm);
  requireIdle(jobs, target);
  const reason = unsuitable(target.facts, profile);
  if (reason !== undefined) throw new MusterError("NODE_UNSUITABLE", reason);
  ports.requireBootFiles(profile);
  requester.permit({ tool: "arm", parameters: wanted ? { profile: wanted } : {}, nodes: [target], typed: confirm });
  return registry.update(target.id, (was) => ({
    node: { ...was, state: advance(was.state, { type: "armed", profile, until: deadlineAfter(new Date(), seconds.armed) }) },
    event: {
      source: "control",
      type: "node.armed",
      summary: `armed by ${requester.name}: its next network boot installs it by ${profile}, once`,
      detail: { profile },
    },
  }));
}
