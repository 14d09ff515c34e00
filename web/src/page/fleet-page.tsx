/** The first page: every machine as a card, what needs somebody on top, and what just happened beside it. */
import { useState } from "react";
import type { Phase } from "../../../daemon/contract/node.ts";
import { matches, sectionsOf } from "../fleet/sections.ts";
import { Activity } from "./activity.tsx";
import { useView } from "./desk.ts";
import { EmptyFleet } from "./empty-fleet.tsx";
import { FleetCounts } from "./fleet-counts.tsx";
import { NodeCard } from "./node-card.tsx";
import { useKeptFocus } from "./use-kept-focus.ts";

export function FleetPage() {
  const { fleet, loaded, status } = useView();
  const [phase, setPhase] = useState<Phase>();
  const [text, setText] = useState("");
  const keepFocus = useKeptFocus();
  const nodes = [...fleet.nodes.values()];
  const shown = nodes.filter((node) => matches(node, text, phase));

  if (!loaded) return <p className="asking">Loading the fleet…</p>;
  if (nodes.length === 0) {
    return (
      <>
        <h1 className="unseen">Fleet</h1>
        <EmptyFleet dhcpMode={status?.dhcpMode} />
      </>
    );
  }
  return (
    <div className="fleet">
      <h1 className="unseen">Fleet</h1>
      <FleetCounts nodes={nodes} phase={phase} onPhase={setPhase} text={text} onText={setText} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notices where the keyboard is */}
      <div className="fleet-sections" onFocus={keepFocus}>
        {sectionsOf(shown).map((section) => (
          <section key={section.group} aria-label={section.group}>
            <h2 className="section-title">
              {section.group} <span className="count">{section.nodes.length}</span>
            </h2>
            <ul className="cards">
              {section.nodes.map((node) => (
                <NodeCard key={node.id} node={node} />
              ))}
            </ul>
          </section>
        ))}
        {shown.length === 0 && <p className="soft">No machine matches. {nodes.length} are hidden by the filter.</p>}
      </div>
      <Activity />
    </div>
  );
}
