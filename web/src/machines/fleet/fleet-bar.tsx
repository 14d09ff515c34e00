/** Shows the filters of the fleet: phases with counts, search, group, rack, and the choice of cards or table. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { phaseLabel } from "../phases.ts";
import type { FleetQuery } from "./fleet-query.ts";
import { countsOf } from "./sections.ts";

interface Props {
  nodes: readonly Node[];
  query: FleetQuery;
  onQuery: (change: Partial<FleetQuery>) => void;
  groups: readonly string[];
  /** The reason why the groups of the inventory are unknown. */
  noGroups: string | undefined;
  racks: readonly string[];
}

export function FleetBar({ nodes, query: { phase, text, group, rack, view }, onQuery, groups, noGroups, racks }: Props) {
  return (
    <div className="counts">
      <ul className="tallies" aria-label="Machines by phase">
        <li>
          <button type="button" className="tally" aria-pressed={phase === undefined} onClick={() => onQuery({ phase: undefined })}>
            <span className="tally-number">{nodes.length}</span> All
          </button>
        </li>
        {countsOf(nodes).map(({ phase: counted, count }) => (
          <li key={counted}>
            <button
              type="button"
              className={`tally tone-${phaseLabel[counted].tone}`}
              data-phase={counted}
              aria-pressed={phase === counted}
              title={phaseLabel[counted].meaning}
              onClick={() => onQuery({ phase: phase === counted ? undefined : counted })}
            >
              <span className="tally-number">{count}</span> {phaseLabel[counted].word}
            </button>
          </li>
        ))}
      </ul>
      <div className="filters">
        <select
          aria-label="Group of the inventory"
          className="group-filter"
          value={group ?? ""}
          title={noGroups}
          aria-describedby={noGroups === undefined ? undefined : "no-groups"}
          onChange={({ target }) => onQuery({ group: target.value === "" ? undefined : target.value })}
        >
          <option value="">all groups</option>
          {[...new Set([...groups, ...(group === undefined ? [] : [group])])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        {noGroups !== undefined && (
          <span id="no-groups" className="unseen">
            The groups are not known. {noGroups}
          </span>
        )}
        {(racks.length > 0 || rack !== undefined) && (
          <select
            aria-label="Rack"
            className="group-filter"
            value={rack ?? ""}
            onChange={({ target }) => onQuery({ rack: target.value === "" ? undefined : target.value })}
          >
            <option value="">all racks</option>
            {[...new Set([...racks, ...(rack === undefined ? [] : [rack])])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <input
          type="search"
          className="filter"
          aria-label="Filter by name, MAC, address or serial"
          placeholder="Name, MAC, address, serial"
          value={text}
          onChange={({ target }) => onQuery({ text: target.value })}
        />
        <fieldset className="choice" aria-label="View">
          {(["cards", "table"] as const).map((kind) => (
            <button key={kind} type="button" aria-pressed={view === kind} onClick={() => onQuery({ view: kind })}>
              {kind === "cards" ? "Cards" : "Table"}
            </button>
          ))}
        </fieldset>
      </div>
    </div>
  );
}
