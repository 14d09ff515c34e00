/** Nomad's event stream: one connection on which Nomad sends each change. */
import * as z from "zod";
import { Unreadable } from "../../../errors/cluster-failures.ts";
import { jsonValues } from "../../wire/json-values.ts";
import { count, list, text } from "../../wire/read.ts";
import { stream } from "../../wire/request.ts";
import type { Nomad } from "../nomad.ts";

const Event = z.object({
  /** `Job`, `Evaluation`, `Allocation`, `Deployment`, `Node`, `Service` and others. */
  Topic: z.string(),
  /** The reason, such as `JobRegistered` or `AllocationUpdated`. */
  Type: z.string(),
  Key: text,
  Namespace: text,
  FilterKeys: list(z.string()),
  Index: count,
  /** The object by the name of its kind, such as `{ Job: … }`. Read it with the form of that kind. */
  Payload: z.unknown().optional(),
});
export type NomadEvent = z.output<typeof Event>;

const Batch = z.object({ Index: count, Events: list(Event), Error: z.unknown().optional() });
export type EventBatch = { index: number; events: NomadEvent[] };

export interface EventWish {
  /** Such as `Job:web` or `Node`. Without a key, all objects of the topic. */
  topics: readonly string[];
  /** `*` for all. */
  namespace: string;
  /** Events from this index on. If Nomad no longer has them, it begins with the oldest that it has, and does not say so. */
  index: number;
}

/** Nomad sends a heartbeat every 10 s, and every 30 s since version 1.9. */
const QUIET_MS = 90_000;

/** A heartbeat is a batch without events. The stream ends only with an error or by the signal. */
export async function* eventStream(nomad: Nomad, { topics, namespace, index }: EventWish, signal: AbortSignal): AsyncGenerator<EventBatch> {
  const parts = stream(nomad, { signal, path: "/v1/event/stream", query: { topic: topics, namespace, index }, timeoutMs: QUIET_MS });
  for await (const value of jsonValues("Nomad", parts)) {
    const batch = Batch.safeParse(value);
    if (!batch.success)
      throw new Unreadable("Nomad", `an event has another form than expected at ${batch.error.issues[0]?.path.join(".")}`);
    if (batch.data.Error !== undefined)
      throw new Unreadable("Nomad", `its event stream ended: ${JSON.stringify(batch.data.Error).slice(0, 500)}`);
    yield { index: batch.data.Index, events: batch.data.Events };
  }
}
