/** The routes about machines: looking, accepting, arming, retiring. The rules are in `fleet`. */
import { randomUUID } from "node:crypto";
import type { Node, Profile } from "../../contract/machines/node.ts";
import { Mac } from "../../contract/names.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { deadlineAfter, seconds } from "../../machines/deadlines.ts";
import { isInService } from "../../machines/in-service.ts";
import { proposedName } from "../../machines/naming.ts";
import { advance } from "../../machines/phases.ts";
import { unsuitable } from "../../machines/suitability.ts";
import type { EventStore } from "../../store/events.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { RackStore } from "../../store/machines/racks.ts";
import type { Registry } from "../../store/machines/registry.ts";
import { type ByHandApi, byHand } from "../changes/by-hand.ts";
import type { Mount } from "../mount.ts";

export interface NodesApi extends ByHandApi {
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  registry: Registry;
  racks: RackStore;
  defaultProfile: Profile;
  /** Asked before arming: throws BOOT_FILES_MISSING when there is nothing to install from. */
  requireBootFiles(what: Profile | "rescue" | "wipe"): void;
  /** Takes a node out of inventory and known hosts, and its unused tokens away. */
  forget(node: Node): Promise<void>;
  wake(node: Node): Promise<string>;
  /** A pcap file; nothing when no packet of it was kept. */
  capture(node: Node): Uint8Array<ArrayBuffer> | undefined;
}

export function nodesApi(mount: Mount, { nodes, jobs, events, registry, racks, ...world }: NodesApi): void {
  mount(routes.listNodes, () => nodes.list());
  mount(routes.getNode, ({ node }) => find(nodes, node));
  mount(routes.nodeEvents, ({ node, since, limit }) => events.ofNode(find(nodes, node).id, since, limit));

  mount(routes.captureNode, ({ node }, { reply }) => {
    const target = find(nodes, node);
    const file = world.capture(target);
    if (!file) throw new MusterError("CAPTURE_EMPTY", `no packet of ${target.name} was kept`);
    reply.header("content-disposition", `attachment; filename="${target.name}.pcap"`);
    return file;
  });

  mount(routes.addNode, ({ mac, name, disk }, { caller }) => {
    const known = nodes.findByMac(mac);
    if (known) throw new MusterError("NODE_WRONG_PHASE", `mac: ${mac} is ${known.name} already`);
    const now = new Date().toISOString();
    const node: Node = {
      id: randomUUID(),
      name: name ?? proposedName(mac, (taken) => nodes.findByName(taken) !== undefined),
      macs: [mac],
      state: { phase: "accepted" },
      facts: {},
      ...(disk !== undefined && { disk }),
      createdAt: now,
      updatedAt: now,
    };
    return registry.add(node, { source: "control", type: "node.accepted", summary: `added and accepted by ${caller.name}` });
  });

  mount(routes.acceptNode, ({ node, name, disk }, { caller }) =>
    registry.update(find(nodes, node).id, (was) => ({
      node: { ...was, name: name ?? was.name, ...(disk !== undefined && { disk }), state: advance(was.state, { type: "accepted" }) },
      event: {
        source: "control",
        type: "node.accepted",
        summary: `accepted by ${caller.name}${name && name !== was.name ? ` as ${name}` : ""}`,
      },
    })),
  );

  mount(routes.armNode, ({ node, profile: wanted, confirm }, context) => {
    const profile = wanted ?? world.defaultProfile;
    const target = find(nodes, node);
    requireConfirmed(target, confirm);
    requireIdle(jobs, target);
    const reason = unsuitable(target.facts, profile);
    if (reason !== undefined) throw new MusterError("NODE_UNSUITABLE", reason);
    world.requireBootFiles(profile);
    byHand(world, { tool: "arm", parameters: wanted ? { profile: wanted } : {}, nodes: [target], typed: confirm }, context);
    return registry.update(target.id, (was) => ({
      node: { ...was, state: advance(was.state, { type: "armed", profile, until: deadlineAfter(new Date(), seconds.armed) }) },
      event: {
        source: "control",
        type: "node.armed",
        summary: `armed by ${context.caller.name}: its next network boot installs it by ${profile}, once`,
        detail: { profile },
      },
    }));
  });

  mount(routes.disarmNode, ({ node }, { caller }) =>
    registry.update(find(nodes, node).id, (was) => ({
      node: { ...was, state: advance(was.state, { type: "disarmed" }) },
      event: { source: "control", type: "node.disarmed", summary: `disarmed by ${caller.name}` },
    })),
  );

  mount(routes.retireNode, async ({ node, confirm }, context) => {
    const target = find(nodes, node);
    requireConfirmed(target, confirm);
    requireIdle(jobs, target);
    byHand(world, { tool: "retire", nodes: [target], typed: confirm }, context);
    // Again for one that is retired already: its files may not have let go of it the first time.
    const retired =
      target.state.phase === "retired"
        ? target
        : registry.update(target.id, (was) => ({
            node: { ...was, state: advance(was.state, { type: "retired", at: new Date().toISOString() }) },
            event: { source: "control", type: "node.retired", summary: `retired by ${context.caller.name}` },
          }));
    // Accepted again it must not stand where another has been put meanwhile.
    racks.unplace(retired.id);
    await world.forget(retired);
    return retired;
  });

  mount(routes.wakeNode, async ({ node }, context) => {
    const target = find(nodes, node);
    byHand(world, { tool: "wake", nodes: [target] }, context);
    const message = await world.wake(target);
    events.append({ source: "control", type: "node.wake", summary: `${message}, asked by ${context.caller.name}`, nodeId: target.id });
    return { message };
  });
}

/** By name or by any of its MAC addresses. */
export function find(nodes: NodeStore, reference: string): Node {
  const mac = Mac.safeParse(reference);
  const node = nodes.findByName(reference) ?? (mac.success ? nodes.findByMac(mac.data) : undefined) ?? nodes.findById(reference);
  if (!node) throw new MusterError("NODE_NOT_FOUND", `no node has the name or MAC address ${reference}`);
  return node;
}

/** While a job is at work on it, its system must not be taken away. */
export function requireIdle(jobs: JobStore, node: Node): void {
  const job = jobs.liveOf(node.id);
  if (job) throw new MusterError("JOB_IN_PROGRESS", `${job.id} (${job.playbook}) is ${job.status} on ${node.name}`);
}

/** A node that has a system of ours on its disk is only erased or forgotten by somebody who typed its name. */
function requireConfirmed(node: Node, confirm: string | undefined): void {
  if (!isInService(node) || confirm === node.name) return;
  throw new MusterError("REQUEST_INVALID", `confirm: this node is ${node.state.phase}; repeat its name, ${node.name}, to go on`);
}
