/** Defines the view, a single value with all data that the page shows at one moment. */
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
  /** The daemon was updated. The user has to reload the page. */
  | { kind: "outdated" };

export type DaemonStatus = z.output<typeof routes.status.response>;

export interface View {
  /** False until the first snapshot, so that an unknown fleet does not look empty. */
  loaded: boolean;
  /** The daemon's status at the time when the fleet was loaded. The feed does not report the status. */
  status: DaemonStatus | undefined;
  fleet: Fleet;
  /** The news since the page was opened. */
  news: News;
  connection: Connection;
  /** By job id. Only of watched jobs. */
  logs: ReadonlyMap<string, JobLog>;
  /** By plan id. The map contains only plans that the user has opened. A plan never changes. */
  works: ReadonlyMap<string, PlannedWork>;
  /** True if an approval needs a signature, according to the last answer of the daemon. */
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
