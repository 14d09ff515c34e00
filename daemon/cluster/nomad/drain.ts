/** Moves the work away from a node, and decides whether a node gets new work. */
import * as z from "zod";
import { count, list, readAnswer } from "../wire/read.ts";
import { type ClusterCall, path } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

export interface Drain {
  /** After this time, the remaining allocations are stopped. Undefined waits for ever. */
  deadlineSeconds: number | undefined;
  /** Allocations of system jobs stay on the node. */
  ignoreSystemJobs: boolean;
}

const Changed = z.object({ NodeModifyIndex: count, EvalIDs: list(z.string()) });
export type NodeChanged = z.output<typeof Changed>;

const NANOSECONDS = 1_000_000_000;

/** The node becomes ineligible. The drain has ended when the node's `DrainStrategy` is gone. */
export const startDrain = (
  nomad: Nomad,
  node: string,
  { deadlineSeconds, ignoreSystemJobs }: Drain,
  call: ClusterCall,
): Promise<NodeChanged> =>
  readAnswer(nomad, Changed, {
    ...call,
    method: "POST",
    path: path`/v1/node/${node}/drain`,
    body: {
      DrainSpec: { Deadline: Math.round((deadlineSeconds ?? 0) * NANOSECONDS), IgnoreSystemJobs: ignoreSystemJobs },
      MarkEligible: false,
    },
  });

/** Ends the drain early. Work that has moved away stays away. */
export const cancelDrain = (nomad: Nomad, node: string, { eligible }: { eligible: boolean }, call: ClusterCall): Promise<NodeChanged> =>
  readAnswer(nomad, Changed, {
    ...call,
    method: "POST",
    path: path`/v1/node/${node}/drain`,
    body: { DrainSpec: null, MarkEligible: eligible },
  });

/** Nomad refuses to make a node eligible that is draining. */
export const setEligible = (nomad: Nomad, node: string, eligible: boolean, call: ClusterCall): Promise<NodeChanged> =>
  readAnswer(nomad, Changed, {
    ...call,
    method: "POST",
    path: path`/v1/node/${node}/eligibility`,
    body: { Eligibility: eligible ? "eligible" : "ineligible" },
  });

/** Makes Nomad forget a node, for example a node that was retired. If its agent still runs, it registers again. */
export const purgeNode = (nomad: Nomad, node: string, call: ClusterCall): Promise<NodeChanged> =>
  readAnswer(nomad, Changed, { ...call, method: "POST", path: path`/v1/node/${node}/purge`, body: {} });
