/** How many machines are in each phase; a count is also the filter for it. */
import type { Node, Phase } from "../../../daemon/contract/node.ts";
import { phaseLook } from "../fleet/phases.ts";
import { countsOf } from "../fleet/sections.ts";

interface Props {
  nodes: readonly Node[];
  phase: Phase | undefined;
  onPhase: (phase: Phase | undefined) => void;
  text: string;
  onText: (text: string) => void;
}

export function FleetCounts({ nodes, phase, onPhase, text, onText }: Props) {
  return (
    <div className="counts">
      <ul className="tallies" aria-label="Machines by phase">
        <li>
          <button type="button" className="tally" aria-pressed={phase === undefined} onClick={() => onPhase(undefined)}>
            <span className="tally-number">{nodes.length}</span> All
          </button>
        </li>
        {countsOf(nodes).map(({ phase: counted, count }) => (
          <li key={counted}>
            <button
              type="button"
              className={`tally tone-${phaseLook[counted].tone}`}
              data-phase={counted}
              aria-pressed={phase === counted}
              title={phaseLook[counted].meaning}
              onClick={() => onPhase(phase === counted ? undefined : counted)}
            >
              <span className="tally-number">{count}</span> {phaseLook[counted].word}
            </button>
          </li>
        ))}
      </ul>
      <input
        type="search"
        className="filter"
        aria-label="Filter by name, MAC, address or serial"
        placeholder="Name, MAC, address, serial"
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
    </div>
  );
}
