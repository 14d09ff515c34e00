/** Everything a screen may show at one moment, in one value. */
import type * as z from "zod";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import type { routes } from "../../../daemon/contract/routes.ts";
import { emptyFleet, type Fleet } from "./fleet.ts";
import { type News, noNews } from "./news.ts";
import type { JobLog } from "./output/job-log.ts";

export type Connection =
  | { kind: "loading" }
  | { kind: "live" }
  | { kind: "reconnecting"; sinceMs: number; reason?: string }
  /** The daemon was updated under us; only a reload helps. */
  | { kind: "outdated" };

export type DaemonStatus = z.output<typeof routes.status.response>;

export interface View {
  /** False until the first snapshot: an empty fleet and an unknown one look different. */
  loaded: boolean;
  /** As it was when the fleet was loaded; the feed does not tell of it. */
  status: DaemonStatus | undefined;
  fleet: Fleet;
  /** What happened since the page was opened and is worth telling. */
  news: News;
  connection: Connection;
  /** By job id; only of jobs somebody watches. */
  logs: ReadonlyMap<string, JobLog>;
  /** By plan id; only those somebody has looked at. A plan never changes. */
  works: ReadonlyMap<string, PlannedWork>;
  /** A yes counts only with a signature; as it was said with the last question. */
  signedVotes: boolean;
}

export const firstView: View = {
  loaded: false,
  status: undefined,
  fleet: emptyFleet,
  connection: { kind: "loading" },
  news: noNews,
  logs: new Map(),
  works: new Map(),
  signedVotes: false,
};
