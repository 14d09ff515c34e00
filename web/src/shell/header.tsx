/** The bar on top: where one can go, whether what is seen is live, and who is looking. */

import { AlertsLink } from "../admin/alerts-link.tsx";
import { ProcessesAway } from "../admin/processes-away.tsx";
import { answerable } from "../changes/voter.ts";
import { jobLabel } from "../parts/jobs/job-states.ts";
import { usePage, useView } from "../parts/page-context.ts";
import {
  approvalsHref,
  auditHref,
  doctorHref,
  fleetHref,
  jobsHref,
  logHref,
  networkHref,
  type PageRoute,
  racksHref,
  settingsHref,
  trendsHref,
} from "../parts/route.ts";
import { Ago } from "../parts/time/ago.tsx";
import { useNow } from "../parts/time/use-now.ts";
import { ConnectionState } from "./connection-state.tsx";
import { NewsCorner } from "./news-corner.tsx";
import { Shortcuts } from "./shortcuts.tsx";

export function Header({ route, onLogout }: { route: PageRoute; onLogout: () => Promise<void> }) {
  const { session, refusal } = usePage();
  const { fleet, connection, loaded } = useView();
  const atWork = [...fleet.jobs.values()].filter(({ status }) => jobLabel[status].tone === "working").length;
  const asked = useNow((nowMs) => answerable(fleet.approvals.values(), session, nowMs));
  const here = (pages: PageRoute["page"][]) => (pages.includes(route.page) ? "page" : undefined);
  return (
    <>
      <header className="bar">
        <a className="brand" href={fleetHref}>
          <img src="/muster.svg" alt="" width="24" height="24" />
          Muster
        </a>
        <nav aria-label="Pages">
          <a href={fleetHref} aria-current={here(["fleet", "node"])}>
            Fleet
          </a>
          <a href={racksHref} aria-current={here(["racks"])}>
            Racks
          </a>
          <a href={jobsHref} aria-current={here(["jobs", "job"])}>
            Jobs
            {atWork > 0 && (
              <span className="count" title={`${atWork} at work`}>
                {atWork}
              </span>
            )}
          </a>
          <a href={approvalsHref} aria-current={here(["approvals", "approval", "executions", "execution"])}>
            Approvals
            {asked > 0 && (
              <span className="count count-asked" title={`${asked} wait for your answer`}>
                {asked}
              </span>
            )}
          </a>
          <a href={networkHref} aria-current={here(["network"])}>
            Network
          </a>
          <a href={trendsHref} aria-current={here(["trends"])}>
            Trends
          </a>
          <a href={auditHref} aria-current={here(["audit"])}>
            Audit
          </a>
          <a href={logHref} aria-current={here(["log"])}>
            Log
          </a>
          <a href={doctorHref} aria-current={here(["doctor"])}>
            Doctor
          </a>
          <a href={settingsHref} aria-current={here(["settings"])}>
            Settings
          </a>
          <AlertsLink here={route.page === "alerts"} />
        </nav>
        <Shortcuts />
        <NewsCorner />
        <ConnectionState connection={connection} />
        <span className="who">
          <span className="who-name">{session.name}</span>
          <span className="role">{session.role}</span>
        </span>
        <button type="button" className="quiet" onClick={() => void onLogout()}>
          Log out
        </button>
      </header>
      {refusal !== undefined && (
        <p className="strip" id="refusal" role="status">
          Read only. {refusal}
        </p>
      )}
      {connection.kind === "live" && <ProcessesAway away={fleet.away} />}
      {connection.kind === "reconnecting" && loaded && (
        <p className="strip" role="status">
          The daemon is not heard. What is shown here is as it was <Ago at={new Date(connection.sinceMs).toISOString()} />.
        </p>
      )}
      {connection.kind === "outdated" && (
        <p className="strip" role="alert">
          Muster was updated while this page was open. Reload the page to go on.
        </p>
      )}
    </>
  );
}
