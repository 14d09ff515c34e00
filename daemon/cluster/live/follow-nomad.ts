/** Follows Nomad's event stream, and asks for its servers at intervals. */
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Nomad } from "../nomad/nomad.ts";
import { followEvents } from "../nomad/streams/follow-events.ts";
import type { Timing } from "../wire/retry.ts";
import { listObjects } from "./nomad-list.ts";
import type { NomadNews } from "./nomad-model.ts";
import type { NomadObjects } from "./nomad-objects.ts";
import { poll } from "./poll.ts";
import { readNomadServers } from "./servers.ts";

/** Nomad sends no event when it purges a job or collects old objects, so the objects are listed again at intervals. */
const RELIST_MS = 60_000;
const TOPICS = ["Node", "Job", "Allocation", "Deployment"];

export interface FollowNomad extends Timing {
  now?: () => number;
  /** Returns the known objects. Their jobs are not read again if they have not changed. */
  before: () => NomadObjects | undefined;
}

export async function followNomad(nomad: Nomad, timing: FollowNomad, take: (news: NomadNews) => void): Promise<void> {
  await Promise.all([
    followObjects(nomad, timing, take),
    poll(
      (signal) => readNomadServers(nomad, { signal }),
      timing,
      (news) => take({ part: "servers", news }),
    ),
  ]);
}

async function followObjects(
  nomad: Nomad,
  { before, now = steadyMs, ...timing }: FollowNomad,
  take: (news: NomadNews) => void,
): Promise<void> {
  while (!timing.signal.aborted) {
    const begun = now();
    const options = {
      ...timing,
      topics: TOPICS,
      namespace: "*",
      list: ({ signal }: { signal: AbortSignal }) => listObjects(nomad, before(), { signal }),
    };
    for await (const news of followEvents(nomad, options)) {
      take({ part: "objects", news });
      // A new stream begins with a new list. A failure does not end the round, so that the pauses go on growing.
      if (news.kind === "alive" && now() - begun >= RELIST_MS) break;
    }
  }
}
