/** Stops and restarts single allocations. */
import * as z from "zod";
import { readAnswer, text } from "../wire/read.ts";
import { type ClusterCall, path, sendRequest } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

/** Nomad replaces the allocation, often on another node. Returns the evaluation to follow. */
export async function stopAllocation(nomad: Nomad, id: string, call: ClusterCall): Promise<string> {
  return (await readAnswer(nomad, z.object({ EvalID: text }), { ...call, method: "POST", path: path`/v1/allocation/${id}/stop`, body: {} }))
    .EvalID;
}

/**
 * Restarts one task, or all tasks that run, in place. The answer comes from the node, so it is an error if the node is
 * down.
 */
export async function restartAllocation(nomad: Nomad, id: string, { task }: { task?: string }, call: ClusterCall): Promise<void> {
  const body = task === undefined ? {} : { TaskName: task };
  await sendRequest(nomad, { ...call, method: "POST", path: path`/v1/client/allocation/${id}/restart`, body });
}
