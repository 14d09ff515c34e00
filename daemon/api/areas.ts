/** Mounts the routes of every area. Each area receives the functions of other areas through interfaces (ports). */

import { findNode } from "../machines/find-node.ts";
import { notRunnable } from "../machines/runnable.ts";
import type { KeyStore } from "../store/admin/keys.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import { type AlertsApi, alertsApi } from "./admin/alerts.ts";
import { type DaemonLogApi, daemonLogApi } from "./admin/daemon-log.ts";
import { type DoctorApi, doctorApi } from "./admin/doctor.ts";
import { type LoginAudit, type SessionApi, sessionApi } from "./admin/session.ts";
import type { StatusApi } from "./admin/status.ts";
import { type AuditApi, auditApi } from "./audit/audit.ts";
import { byHand } from "./by-hand.ts";
import { type GovernApi, governApi } from "./changes/changes.ts";
import { executePlanApi } from "./changes/execute-plan.ts";
import { type ClusterApi, clusterApi } from "./cluster/cluster.ts";
import { type ModelsApi, modelsApi } from "./cluster/models.ts";
import { type ServicesApi, servicesApi } from "./cluster/services.ts";
import { type JobsApi, jobsApi } from "./jobs/jobs.ts";
import { type RunsApi, runsApi } from "./jobs/runs.ts";
import { type SchedulesApi, schedulesApi } from "./jobs/schedules.ts";
import { type CallHomeApi, callHomeApi } from "./machines/call-home.ts";
import { type InventoryApi, inventoryApi } from "./machines/inventory.ts";
import { type NodesApi, nodesApi } from "./machines/nodes.ts";
import { type RacksApi, racksApi } from "./machines/racks.ts";
import { type TokensApi, tokensApi } from "./machines/tokens.ts";
import type { Mount } from "./mount.ts";
import { type ExplainApi, explainApi } from "./netboot/explain.ts";
import { type LeasesApi, leasesApi } from "./netboot/leases.ts";
import { type QuirksApi, quirksApi } from "./netboot/quirks.ts";

/** Interfaces (ports) that the function `mountAreas` connects itself, instead of its caller. */
type Joined = "findNode" | "notRunnable" | "byHand";

export interface AreaParts
  extends Omit<NodesApi, Joined>,
    Omit<LeasesApi, Joined>,
    Omit<QuirksApi, Joined>,
    ExplainApi,
    Omit<RacksApi, Joined>,
    Omit<JobsApi, Joined>,
    Omit<RunsApi, Joined>,
    Omit<SchedulesApi, Joined>,
    Omit<CallHomeApi, Joined>,
    Omit<TokensApi, Joined>,
    Omit<InventoryApi, Joined>,
    AuditApi,
    AlertsApi,
    SessionApi,
    DaemonLogApi,
    DoctorApi,
    ServicesApi,
    ModelsApi,
    ClusterApi,
    GovernApi,
    Omit<StatusApi, "admit"> {
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  keys: KeyStore;
}

export function mountAreas(mount: Mount, parts: AreaParts, audit: LoginAudit): void {
  const joined = {
    ...parts,
    findNode: (reference: string) => findNode(parts.nodes, reference),
    notRunnable,
    byHand: byHand(parts.desk),
  };
  nodesApi(mount, joined);
  racksApi(mount, joined);
  callHomeApi(mount, joined);
  tokensApi(mount, joined);
  inventoryApi(mount, joined);
  leasesApi(mount, joined);
  quirksApi(mount, joined);
  explainApi(mount, parts);
  jobsApi(mount, joined);
  runsApi(mount, joined);
  schedulesApi(mount, joined);
  governApi(mount, parts);
  executePlanApi(mount, parts);
  auditApi(mount, parts);
  sessionApi(mount, parts, audit);
  alertsApi(mount, parts);
  daemonLogApi(mount, parts);
  doctorApi(mount, parts);
  servicesApi(mount, parts);
  modelsApi(mount, parts);
  clusterApi(mount, parts);
}
