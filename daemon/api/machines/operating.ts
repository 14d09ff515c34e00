/** The routes that change what a machine is for: a controller, a patient of the rescue system, an empty one. */
import type { Job } from "../../contract/jobs/job.ts";
import type { Node, Profile } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { deadlineAfter, seconds } from "../../machines/deadlines.ts";
import { advance } from "../../machines/phases.ts";
import { notRunnable } from "../../machines/runnable.ts";
import { unsuitable } from "../../machines/suitability.ts";
import type { EventStore } from "../../store/events.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { Registry } from "../../store/machines/registry.ts";
import { type ByHandApi, byHand } from "../changes/by-hand.ts";
import type { Mount } from "../mount.ts";
import { find, requireIdle } from "./nodes.ts";

export interface OperatingApi extends ByHandApi {
  nodes: NodeStore;
  jobs: JobStore;
  registry: Registry;
  events: EventStore;
  /** Throws BOOT_FILES_MISSING when there is nothing to boot for it. */
  requireBootFiles(what: Profile | "rescue" | "wipe"): void;
  /** Throws where the inventory has no such worker, nor a controller that was one. */
  requireWorker(name: string): void;
  /** In the inventory. */
  promote(name: string): Promise<void>;
  /** Rejects with a coded error where its place in the inventory cannot be written. */
  provision(node: Node, requestedBy: string): Promise<Job>;
}

export function operatingApi(mount: Mount, { nodes, jobs, registry, events, ...world }: OperatingApi): void {
  mount(routes.promoteNode, async ({ node }, context) => {
    const { caller } = context;
    const target = find(nodes, node);
    requireIdle(jobs, target);
    const reason = notRunnable(target);
    if (reason !== undefined) throw new MusterError("NODE_WRONG_PHASE", reason);
    world.requireWorker(target.name);
    byHand(world, { tool: "promote", nodes: [target] }, context);
    await world.promote(target.name);
    events.append({
      source: "control",
      type: "node.promoted",
      summary: `promoted by ${caller.name}: a controller in the inventory from now on`,
      nodeId: target.id,
    });
    return world.provision(target, caller.name);
  });

  mount(routes.rescueNode, ({ node }, context) => {
    const target = find(nodes, node);
    requireIdle(jobs, target);
    requireSuitable(target);
    world.requireBootFiles("rescue");
    byHand(world, { tool: "rescue", nodes: [target] }, context);
    return registry.update(target.id, (was) => ({
      node: { ...was, state: advance(was.state, { type: "rescue-asked", at: new Date().toISOString() }) },
      event: {
        source: "control",
        type: "node.rescue",
        summary: `to be rescued, asked by ${context.caller.name}: its network boots get the rescue system`,
      },
    }));
  });

  mount(routes.endRescue, ({ node }, context) => {
    const target = find(nodes, node);
    byHand(world, { tool: "end_rescue", nodes: [target] }, context);
    const summary = `its rescue was ended by ${context.caller.name}: it boots its disk again`;
    return registry.update(target.id, (was) => ({
      node: { ...was, state: advance(was.state, { type: "rescue-ended" }) },
      event: { source: "control", type: "node.rescue-ended", summary },
    }));
  });

  mount(routes.wipeNode, ({ node, confirm, disks, quick }, context) => {
    const target = find(nodes, node);
    // Always, also for a machine that was never installed: what is on its disks may be somebody's.
    if (confirm !== target.name)
      throw new MusterError("REQUEST_INVALID", `confirm: a wipe erases its disks; repeat its name, ${target.name}, to go on`);
    requireIdle(jobs, target);
    requireSuitable(target);
    world.requireBootFiles("wipe");
    byHand(world, { tool: "wipe", parameters: { disks, quick }, nodes: [target], typed: confirm }, context);
    const what = disks === "all" ? "all fixed disks" : "the disk an installation takes";
    return registry.update(target.id, (was) => ({
      node: {
        ...was,
        state: advance(was.state, { type: "wipe-armed", disks, quick, deadline: deadlineAfter(new Date(), seconds.armed) }),
      },
      event: {
        source: "control",
        type: "node.wipe-armed",
        summary: `armed for a wipe by ${context.caller.name}: its next network boot erases ${what}${quick ? ", only the beginning and the end" : ""}, once`,
        detail: { disks, quick },
      },
    }));
  });
}

/** Both run on the image's kernel. */
function requireSuitable({ facts }: Node): void {
  const reason = unsuitable(facts, "image");
  if (reason !== undefined) throw new MusterError("NODE_UNSUITABLE", reason);
}
