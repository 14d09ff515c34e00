/** Follows Consul with blocking queries, and asks for its servers at intervals. */
import { catalogNodes, catalogServices } from "../consul/catalog.ts";
import type { Consul } from "../consul/consul.ts";
import { checksInState } from "../consul/health.ts";
import type { Timing } from "../wire/retry.ts";
import { type WatchOptions, watch } from "../wire/watch.ts";
import type { ConsulNews } from "./consul-model.ts";
import { poll } from "./poll.ts";
import { readConsulServers } from "./servers.ts";

/** Each end of a wait confirms the value, so a short wait keeps the age low. */
const WAIT_SECONDS = 20;
/** Each check comes with its output, which has up to 4 KiB. */
const MOST_BYTES = 64 * 1024 * 1024;

export async function followConsul(
  consul: Consul,
  timing: Timing & Pick<WatchOptions, "now">,
  take: (news: ConsulNews) => void,
): Promise<void> {
  const options = { ...timing, waitSeconds: WAIT_SECONDS };
  await Promise.all([
    each(
      watch((read) => catalogNodes(consul, read), options),
      (news) => take({ part: "nodes", news }),
    ),
    each(
      watch((read) => checksInState(consul, "any", { ...read, mostBytes: MOST_BYTES }), options),
      (news) => take({ part: "checks", news }),
    ),
    each(
      watch((read) => catalogServices(consul, read), options),
      (news) => take({ part: "services", news }),
    ),
    poll(
      (signal) => readConsulServers(consul, { signal }),
      timing,
      (news) => take({ part: "servers", news }),
    ),
  ]);
}

async function each<News>(all: AsyncIterable<News>, take: (news: News) => void): Promise<void> {
  for await (const news of all) take(news);
}
