/** Shows the first page: all machines as cards or as a table, the most urgent first, and the newest events. */
import { useDeferredValue, useMemo } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { useView } from "../../parts/page-context.ts";
import { useNow } from "../../parts/time/use-now.ts";
import { useAddress } from "../../parts/use-address.ts";
import { Strangers } from "../enrol/strangers.tsx";
import { membershipsOf } from "../inventory/membership.ts";
import { useInventory } from "../inventory/use-inventory.ts";
import { useRacks } from "../racks/use-racks.ts";
import { Activity } from "./activity.tsx";
import { BulkBar } from "./bulk-bar.tsx";
import { EmptyFleet } from "./empty-fleet.tsx";
import { FleetBar } from "./fleet-bar.tsx";
import { parseQuery, queryHash } from "./fleet-query.ts";
import { FleetTable } from "./fleet-table.tsx";
import { NodeCard } from "./node-card.tsx";
import { ordered } from "./order.ts";
import { matches, sectionsOf } from "./sections.ts";
import { useKeptFocus } from "./use-kept-focus.ts";
import { useSelection } from "./use-selection.ts";

/** The health of a machine depends on the time, so the order of the machines is computed again after this time. */
const ORDER_MS = 10_000;

export function FleetPage() {
  const { fleet, loaded, status } = useView();
  const [query, changeQuery] = useAddress(parseQuery, queryHash);
  const { inventory, refusal } = useInventory();
  const { known: standing } = useRacks();
  const { selected, select, clear } = useSelection();
  const memberships = useMemo(() => inventory && membershipsOf(inventory), [inventory]);
  // User input is handled first, so the list may show an older state of the machines for a moment.
  const { nodes: known } = useDeferredValue(fleet);
  const nodes = useMemo(() => [...known.values()], [known]);
  const groups = useMemo(() => [...new Set([...(memberships?.values() ?? [])].flatMap((each) => each.groups))].sort(), [memberships]);
  const shown = useMemo(
    () =>
      nodes.filter(
        (node) =>
          matches(node, query.text, query.phase) &&
          (query.group === undefined || (memberships?.get(node.name)?.groups.includes(query.group) ?? false)) &&
          (query.rack === undefined || (standing?.places.some((place) => place.node === node.name && place.rack === query.rack) ?? false)),
      ),
    [nodes, query, memberships, standing],
  );
  const nowMs = useNow((ms) => ms - (ms % ORDER_MS));
  const rows = useMemo(() => ordered(shown, query, memberships ?? new Map(), nowMs), [shown, query, memberships, nowMs]);

  if (!loaded) return <p className="asking">Loading the fleet…</p>;
  if (nodes.length === 0) {
    return (
      <>
        <h1 className="unseen">Fleet</h1>
        <Strangers />
        <EmptyFleet dhcpMode={status?.dhcpMode} />
      </>
    );
  }
  return (
    <div className={`fleet view-${query.view}`}>
      <h1 className="unseen">Fleet</h1>
      <FleetBar
        nodes={nodes}
        query={query}
        onQuery={changeQuery}
        groups={groups}
        noGroups={refusal}
        racks={standing?.racks.map(({ name }) => name) ?? []}
      />
      <div className="fleet-sections">
        <Strangers />
        {query.view === "table" ? (
          <FleetTable nodes={rows} query={query} onQuery={changeQuery} memberships={memberships} selected={selected} onSelect={select} />
        ) : (
          <Cards nodes={shown} />
        )}
        {shown.length === 0 && (
          <p className="soft">
            No machine matches. {nodes.length} are hidden by the filter.{" "}
            <button type="button" onClick={() => changeQuery({ text: "", phase: undefined, group: undefined, rack: undefined })}>
              Show all
            </button>
          </p>
        )}
      </div>
      <Activity />
      {query.view === "table" && selected.size > 0 && <BulkBar nodes={nodes.filter(({ id }) => selected.has(id))} onClear={clear} />}
    </div>
  );
}

function Cards({ nodes }: { nodes: readonly Node[] }) {
  const keepFocus = useKeptFocus();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: this element only tracks the focus
    <div className="card-sections" onFocus={keepFocus}>
      {sectionsOf(nodes).map((section) => (
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
    </div>
  );
}
