/** The page of somebody who is logged in: header, and whatever the address asks for. */
import { lazy, type ReactNode, type Ref, Suspense, useEffect, useMemo, useRef } from "react";
import type { Session } from "../../../daemon/contract/admin/key.ts";
import type { Client } from "../../../daemon/contract/client.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { AlertsPage } from "../admin/alerts-page.tsx";
import { DoctorPage } from "../admin/doctor-page.tsx";
import { DaemonLogPage } from "../admin/log/daemon-log-page.tsx";
import { AuditPage } from "../audit/audit-page.tsx";
import { ApprovalPage } from "../changes/approval-page.tsx";
import { ApprovalsPage } from "../changes/approvals-page.tsx";
import { ExecutionPage } from "../changes/execution-page.tsx";
import { ExecutionsPage } from "../changes/executions-page.tsx";
import { JobPage } from "../jobs/job-page.tsx";
import { JobsPage } from "../jobs/jobs-page.tsx";
import { Clock } from "../live/clock.ts";
import { LiveFleet } from "../live/live-fleet.ts";
import { FleetPage } from "../machines/fleet/fleet-page.tsx";
import { refusal } from "../machines/node/actions.ts";
import { type NetbootPanels, NodePage } from "../machines/node/node-page.tsx";
import { BootDecision } from "../netboot/boot-decision.tsx";
import { CaptureDownload } from "../netboot/capture-download.tsx";
import { NetworkPage } from "../netboot/network-page.tsx";
import { LostPage } from "../parts/lost-page.tsx";
import { type PageContext, PageProvider, useView } from "../parts/page-context.ts";
import type { PageRoute } from "../parts/route.ts";
import { Header } from "./header.tsx";
import { SettingsPage } from "./settings-page.tsx";
import { useRoute } from "./use-route.ts";

/** It draws, which takes a library that no other page needs. */
const TrendsPage = lazy(async () => ({ default: (await import("../jobs/trends-page.tsx")).TrendsPage }));
const RackPage = lazy(async () => ({ default: (await import("../machines/racks/rack-page.tsx")).RackPage }));

export function MissionControl({ client, session, onLogout }: { client: Client; session: Session; onLogout: () => Promise<void> }) {
  const page = useMemo((): PageContext => {
    const clock = new Clock();
    return { client, clock, live: new LiveFleet(client, clock, session.name), session, refusal: refusal(session.role) };
  }, [client, session]);
  useEffect(() => page.live.start(), [page]);

  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const place = JSON.stringify(route);
  const cameFrom = useRef(place);
  useEffect(() => {
    document.title = titleOf(route);
    // A screen reader would otherwise stay on a link that is gone.
    if (cameFrom.current !== place) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    cameFrom.current = place;
  }, [route, place]);

  return (
    <PageProvider value={page}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header route={route} onLogout={onLogout} />
      <Content ref={main}>
        <Screen route={route} />
      </Content>
    </PageProvider>
  );
}

/** Faded as long as it may be untrue. */
function Content({ ref, children }: { ref: Ref<HTMLElement>; children: ReactNode }) {
  const { connection, loaded } = useView();
  const stale = loaded && connection.kind !== "live" && connection.kind !== "loading";
  return (
    <main id="main" ref={ref} tabIndex={-1} data-stale={stale || undefined}>
      {children}
    </main>
  );
}

function Screen({ route }: { route: PageRoute }) {
  switch (route.page) {
    case "fleet":
      return <FleetPage />;
    case "node":
      return <NodePage key={route.name} name={route.name} netboot={netbootPanels} />;
    case "jobs":
      return <JobsPage />;
    case "job":
      return <JobPage key={route.id} id={route.id} />;
    case "approvals":
      return <ApprovalsPage />;
    case "approval":
      return <ApprovalPage key={route.id} id={route.id} />;
    case "executions":
      return <ExecutionsPage />;
    case "execution":
      return <ExecutionPage key={route.id} id={route.id} />;
    case "audit":
      return <AuditPage />;
    case "network":
      return <NetworkPage />;
    case "racks":
      return (
        <Suspense fallback={<p className="asking">Loading…</p>}>
          <RackPage />
        </Suspense>
      );
    case "alerts":
      return <AlertsPage />;
    case "trends":
      return (
        <Suspense fallback={<p className="asking">Loading…</p>}>
          <TrendsPage />
        </Suspense>
      );
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

function titleOf(route: PageRoute): string {
  switch (route.page) {
    case "fleet":
      return "Mission Control · Muster";
    case "node":
      return `${route.name} · Muster`;
    case "jobs":
      return "Jobs · Muster";
    case "job":
      return `${route.id} · Muster`;
    case "approvals":
      return "Approvals · Muster";
    case "approval":
      return "Approval · Muster";
    case "executions":
      return "Executions · Muster";
    case "execution":
      return "Execution · Muster";
    case "audit":
      return "Audit · Muster";
    case "network":
      return "Network · Muster";
    case "racks":
      return "Racks · Muster";
    case "alerts":
      return "Alerts · Muster";
    case "trends":
      return "Trends · Muster";
    case "log":
      return "Log · Muster";
    case "doctor":
      return "Doctor · Muster";
    case "settings":
      return "Settings · Muster";
    case "lost":
      return "Not found · Muster";
  }
}
