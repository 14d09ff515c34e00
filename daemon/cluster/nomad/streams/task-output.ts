/**
 * The end of the output of a task. If the node has no log, the events of the task answer instead: they often say why
 * there is none. The answer says which of the two it is.
 */
import { NotFound, Refused } from "../../../errors/cluster-failures.ts";
import type { ClusterCall } from "../../wire/request.ts";
import { readAllocation, type TaskEvent } from "../allocations.ts";
import type { Nomad } from "../nomad.ts";
import { type LogPlace, logEnd } from "./logs.ts";

export type TaskOutput =
  | { from: "log"; text: string }
  /** `why` is Nomad's reason why the log cannot be read, such as a task that never started or a node that is down. */
  | { from: "task-events"; events: TaskEvent[]; why: string }
  /** The servers know no events either, because the node has not reported the task. */
  | { from: "nothing"; why: string };

/** Throws if there is no such allocation or no such task in its group. */
export async function taskOutput(nomad: Nomad, place: LogPlace, { bytes }: { bytes: number }, call: ClusterCall): Promise<TaskOutput> {
  try {
    return { from: "log", text: await logEnd(nomad, place, { bytes }, call) };
  } catch (error) {
    if (!(error instanceof NotFound || error instanceof Refused)) throw error;
    return withoutLog(nomad, place, error.reason, call);
  }
}

async function withoutLog(nomad: Nomad, { allocation, task }: LogPlace, why: string, call: ClusterCall): Promise<TaskOutput> {
  const { value } = await readAllocation(nomad, allocation, call);
  const tasks = Object.keys(value.AllocatedResources?.Tasks ?? value.TaskStates);
  if (tasks.length > 0 && !tasks.includes(task))
    throw new NotFound("Nomad", `the allocation ${allocation.slice(0, 8)} has no task ${task}. Its tasks are ${tasks.join(", ")}`);
  const events = value.TaskStates[task]?.Events ?? [];
  return events.length > 0 ? { from: "task-events", events, why } : { from: "nothing", why };
}
