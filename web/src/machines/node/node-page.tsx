/** Shows the page of one machine with its facts, actions, jobs and timeline. */
import { type ReactNode, useEffect, useRef } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { JobRows } from "../../parts/jobs/job-rows.tsx";
import { LostPage } from "../../parts/lost-page.tsx";
import { usePage, useView } from "../../parts/page-context.ts";
import { fleetHref, nodeHref, racksHref } from "../../parts/route.ts";
import { CliPanel } from "../../parts/text/cli-panel.tsx";
import { Untrusted } from "../../parts/text/untrusted.tsx";
import { Ago } from "../../parts/time/ago.tsx";
import { ClaimsPanel } from "../enrol/claims-panel.tsx";
import { InventoryPanel } from "../inventory/inventory-panel.tsx";
import { PhaseBadge } from "../phase-badge.tsx";
import { phaseLabel } from "../phases.ts";
import { positionOf } from "../racks/rack-picture.ts";
import { useRacks } from "../racks/use-racks.ts";
import { AcceptForm } from "./accept-form.tsx";
import { actionsOf } from "./actions.ts";
import { commandsFor } from "./commands.ts";
import { EventLine } from "./event-line.tsx";
import { factsOf } from "./facts.ts";
import { JourneyPicture } from "./journey-picture.tsx";
import { NodeActions } from "./node-actions.tsx";
import { PhaseLine } from "./phase-line.tsx";
import { entriesOf } from "./timeline.ts";

/**
 * The parts of the page that belong to network boot. The module `screen.tsx` supplies these parts, because the areas
 * `machines` and `netboot` do not import each other.
 */
export interface NetbootPanels {
  decision: ReactNode;
  capture: ReactNode;
}

/** Finds the machine by name, as the daemon does, or by MAC address. */
export function NodePage({ name, netboot }: { name: string; netboot: (node: Node) => NetbootPanels }) {
  const { fleet, loaded } = useView();
  const all = [...fleet.nodes.values()];
  const seenId = useRef<string>(undefined);
  const node =
    all.find((known) => known.name === name) ??
    all.find(({ macs }) => macs.includes(name.toLowerCase())) ??
    // The machine may have been renamed while the page was open, so its id is used.
    fleet.nodes.get(seenId.current ?? "");
  seenId.current = node?.id;
  const properName = node?.name ?? name;
  useEffect(() => {
    if (properName !== name) location.replace(nodeHref(properName));
  }, [properName, name]);
  if (!loaded) return <p className="asking">Loading…</p>;
  if (!node) return <LostPage what={`No machine is called ${name}.`} />;
  return <KnownNode node={node} netboot={netboot(node)} />;
}

function KnownNode({ node, netboot }: { node: Node; netboot: NetbootPanels }) {
  const { fleet } = useView();
  const { known: standing } = useRacks();
  const place = standing && positionOf(node.name, standing.racks, standing.places);
  const jobs = [...fleet.jobs.values()].filter(({ nodeId }) => nodeId === node.id);
  return (
    <article className="detail">
      <nav className="crumbs" aria-label="Breadcrumb">
        <a href={fleetHref}>Fleet</a> /
      </nav>
      <header className={`detail-head tone-${phaseLabel[node.state.phase].tone}`}>
        <h1>{node.name}</h1>
        <PhaseBadge phase={node.state.phase} />
        <span className="soft">{phaseLabel[node.state.phase].meaning}</span>
        <PhaseLine state={node.state} />
        {node.state.phase === "discovered" && <AcceptForm node={node} />}
        <NodeActions node={node} actions={actionsOf(node).filter((action) => action !== "accept")} />
      </header>
      <ClaimsPanel node={node} />
      <div className="detail-columns">
        <div className="detail-side">
          <section aria-labelledby="facts-title">
            <h2 className="section-title" id="facts-title">
              Facts
            </h2>
            <dl className="facts">
              {factsOf(node).map(({ label, text }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>
                    <Untrusted text={text} />
                  </dd>
                </div>
              ))}
              <div>
                <dt>Rack</dt>
                <dd>
                  <a href={racksHref}>{place ?? "none"}</a>
                </dd>
              </div>
              <div>
                <dt>First seen</dt>
                <dd>
                  <Ago at={node.createdAt} />
                </dd>
              </div>
            </dl>
            {jobs.length > 0 && (
              <>
                <h2 className="section-title">Jobs</h2>
                <JobRows jobs={jobs} ofOneNode />
              </>
            )}
          </section>
          {netboot.decision}
          <InventoryPanel name={node.name} />
          <section aria-label="Terminal and Wireshark">
            <CliPanel commands={commandsFor(node)} />
            {netboot.capture}
          </section>
        </div>
        <Timeline nodeId={node.id} />
      </div>
    </article>
  );
}

function Timeline({ nodeId }: { nodeId: string }) {
  const { live } = usePage();
  const events = useView().fleet.timelines.get(nodeId);
  const { attempt, problem } = useAttempt();
  const missing = events === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs only if the timeline is missing, also after a reload
  useEffect(() => {
    if (missing) void attempt(() => live.openTimeline(nodeId));
  }, [missing, live, nodeId]);
  return (
    <div className="detail-side">
      <JourneyPicture nodeId={nodeId} events={events ?? []} />
      <section aria-labelledby="timeline-title">
        <h2 className="section-title" id="timeline-title">
          Timeline {events && <span className="count">{events.length}</span>}
        </h2>
        <Problem problem={problem} />
        <ol className="events timeline">
          {entriesOf(events ?? []).map(({ event, times }) => (
            <EventLine key={event.seq} event={event} times={times} detail />
          ))}
        </ol>
      </section>
    </div>
  );
}
