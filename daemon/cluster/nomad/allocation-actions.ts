/** Stops and restarts single allocations. */
import * as z from "zod";
import { read, text } from "../wire/read.ts";
import { ask, type Call, path } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

/** Nomad replaces the allocation, often on another node. Returns the evaluation to follow. */
export async function stopAllocation(nomad: Nomad, id: string, call: Call): Promise<string> {
  return (await read(nomad, z.object({ EvalID: text }), { ...call, method: "POST", path: path`/v1/allocation/${id}/stop`, body: {} }))
    .EvalID;
}

/**
 * Restarts one task, or all tasks that run, in place. The answer comes from the node, so it is an error if the node is
 * down.
 */
export async function restartAllocation(nomad: Nomad, id: string, { task }: { task?: string }, call: Call): Promise<void> {
  const body = task === undefined ? {} : { TaskName: task };
  await ask(nomad, { ...call, method: "POST", path: path`/v1/client/allocation/${id}/restart`, body });
}
