/** Shows the page that the address names. Supplies the panels that one area shows on pages of other areas. */
import { lazy, Suspense } from "react";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { AlertsPage } from "../admin/alerts-page.tsx";
import { DoctorPage } from "../admin/doctor-page.tsx";
import { DaemonLogPage } from "../admin/log/daemon-log-page.tsx";
import { AuditPage } from "../audit/audit-page.tsx";
import { ApprovalPage } from "../changes/approval-page.tsx";
import { ApprovalsPage } from "../changes/approvals-page.tsx";
import { ExecutionPage } from "../changes/execution-page.tsx";
import { ExecutionsPage } from "../changes/executions-page.tsx";
import { RunbookPage } from "../changes/runbooks/runbook-page.tsx";
import { RunbooksPage } from "../changes/runbooks/runbooks-page.tsx";
import { ClusterPage } from "../cluster/cluster-page.tsx";
import { JobPage } from "../jobs/job-page.tsx";
import { JobsPage } from "../jobs/jobs-page.tsx";
import { FleetPage } from "../machines/fleet/fleet-page.tsx";
import { type NetbootPanels, NodePage } from "../machines/node/node-page.tsx";
import { BootDecision } from "../netboot/boot-decision.tsx";
import { CaptureDownload } from "../netboot/capture-download.tsx";
import { NetworkPage } from "../netboot/network-page.tsx";
import { LostPage } from "../parts/lost-page.tsx";
import type { PageRoute } from "../parts/route.ts";
import { labelOf } from "./navigation/areas.ts";
import { SettingsPage } from "./settings-page.tsx";

/** The trends page is loaded on demand, because no other page needs the library for plots. */
const TrendsPage = lazy(async () => ({ default: (await import("../jobs/trends-page.tsx")).TrendsPage }));
const RackPage = lazy(async () => ({ default: (await import("../machines/racks/rack-page.tsx")).RackPage }));

export function Screen({ route }: { route: PageRoute }) {
  return <Suspense fallback={<p className="asking">Loading…</p>}>{screenOf(route)}</Suspense>;
}

function screenOf(route: PageRoute) {
  switch (route.page) {
    case "fleet":
      return <FleetPage />;
    case "node":
      return <NodePage key={route.name} name={route.name} netboot={netbootPanels} />;
    case "racks":
      return <RackPage />;
    case "network":
      return <NetworkPage />;
    case "cluster":
      return <ClusterPage />;
    case "jobs":
      return <JobsPage />;
    case "job":
      return <JobPage key={route.id} id={route.id} />;
    case "trends":
      return <TrendsPage />;
    case "approvals":
      return <ApprovalsPage />;
    case "approval":
      return <ApprovalPage key={route.id} id={route.id} />;
    case "executions":
      return <ExecutionsPage />;
    case "execution":
      return <ExecutionPage key={route.id} id={route.id} />;
    case "runbooks":
      return <RunbooksPage />;
    case "runbook":
      return <RunbookPage key={route.name} name={route.name} />;
    case "audit":
      return <AuditPage />;
    case "alerts":
      return <AlertsPage />;
    case "log":
      return <DaemonLogPage />;
    case "doctor":
      return <DoctorPage />;
    case "settings":
      return <SettingsPage />;
    case "lost":
      return <LostPage what="There is no such page." />;
  }
}

const netbootPanels = (node: Node): NetbootPanels => ({
  decision: <BootDecision node={node} />,
  capture: <CaptureDownload node={node.id} name={node.name} />,
});

/** Returns the title of the browser window. */
export function titleOf(route: PageRoute): string {
  switch (route.page) {
    case "fleet":
      return "Mission Control · Muster";
    case "node":
    case "runbook":
      return `${route.name} · Muster`;
    case "job":
      return `${route.id} · Muster`;
    case "approval":
      return "Approval · Muster";
    case "execution":
      return "Execution · Muster";
    case "lost":
      return "Not found · Muster";
    default:
      return `${labelOf(route.page)} · Muster`;
  }
}
