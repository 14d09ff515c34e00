/** One machine: what it is, what may be done to it, its jobs, and everything that ever happened to it. */
import { useEffect, useRef } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { JobRows } from "../../jobs/job-rows.tsx";
import { BootDecision } from "../../netboot/boot-decision.tsx";
import { CaptureDownload } from "../../netboot/capture-download.tsx";
import { Ago } from "../../parts/ago.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { useDesk, useView } from "../../parts/page-context.ts";
import { Untrusted } from "../../parts/untrusted.tsx";
import { commandsFor } from "../../shell/cli.ts";
import { CliPanel } from "../../shell/cli-panel.tsx";
import { LostPage } from "../../shell/lost-page.tsx";
import { fleetHref, nodeHref, racksHref } from "../../shell/route.ts";
import { ClaimsPanel } from "../enrol/claims-panel.tsx";
import { InventoryPanel } from "../inventory/inventory-panel.tsx";
import { standsIn } from "../racks/rack-picture.ts";
import { useRacks } from "../racks/use-racks.ts";
import { AcceptForm } from "./accept-form.tsx";
import { actionsOf } from "./actions.ts";
import { EventLine } from "./event-line.tsx";
import { factsOf } from "./facts.ts";
import { JourneyPicture } from "./journey-picture.tsx";
import { NodeActions } from "./node-actions.tsx";
import { PhaseBadge } from "./phase-badge.tsx";
import { PhaseLine } from "./phase-line.tsx";
import { phaseLook } from "./phases.ts";
import { entriesOf } from "./timeline.ts";

/** Found by name as the daemon does it, and by MAC address: both are what people have at hand. */
export function NodePage({ name }: { name: string }) {
  const { fleet, loaded } = useView();
  const all = [...fleet.nodes.values()];
  const seenId = useRef<string>(undefined);
  const node =
    all.find((known) => known.name === name) ??
    all.find(({ macs }) => macs.includes(name.toLowerCase())) ??
    // Renamed under our eyes.
    fleet.nodes.get(seenId.current ?? "");
  seenId.current = node?.id;
  const properName = node?.name ?? name;
  useEffect(() => {
    if (properName !== name) location.replace(nodeHref(properName));
  }, [properName, name]);
  if (!loaded) return <p className="asking">Loading…</p>;
  if (!node) return <LostPage what={`No machine is called ${name}.`} />;
  return <KnownNode node={node} />;
}

function KnownNode({ node }: { node: Node }) {
  const { fleet } = useView();
  const { known: standing } = useRacks();
  const place = standing && standsIn(node.name, standing.racks, standing.places);
  const jobs = [...fleet.jobs.values()].filter(({ nodeId }) => nodeId === node.id);
  return (
    <article className="detail">
      <nav className="crumbs" aria-label="Way back">
        <a href={fleetHref}>Fleet</a> /
      </nav>
      <header className={`detail-head tone-${phaseLook[node.state.phase].tone}`}>
        <h1>{node.name}</h1>
        <PhaseBadge phase={node.state.phase} />
        <span className="soft">{phaseLook[node.state.phase].meaning}</span>
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
                <dt>Stands in</dt>
                <dd>
                  <a href={racksHref}>{place ?? "no rack yet"}</a>
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
          <BootDecision node={node} />
          <InventoryPanel name={node.name} />
          <section aria-label="For the terminal and Wireshark">
            <CliPanel commands={commandsFor(node)} />
            <CaptureDownload node={node.id} name={node.name} />
          </section>
        </div>
        <Timeline nodeId={node.id} />
      </div>
    </article>
  );
}

function Timeline({ nodeId }: { nodeId: string }) {
  const { live } = useDesk();
  const events = useView().fleet.timelines.get(nodeId);
  const { attempt, problem } = useAttempt();
  const missing = events === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it is missing, again after a fresh load
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
          {entriesOf(events ?? []).map((entry) => (
            <EventLine key={entry.event.seq} entry={entry} detail />
          ))}
        </ol>
      </section>
    </div>
  );
}
