/** Shows the card of a machine with the usual next action. */
import { memo } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { usePage } from "../../parts/page-context.ts";
import { nodeHref } from "../../parts/route.ts";
import { Untrusted } from "../../parts/text/untrusted.tsx";
import { visible } from "../../parts/text/visible.ts";
import { Ago } from "../../parts/time/ago.tsx";
import { nextActionFor } from "../node/actions.ts";
import { NodeActions } from "../node/node-actions.tsx";
import { PhaseLine } from "../node/phase-line.tsx";
import { PhaseBadge } from "../phase-badge.tsx";
import { phaseLabel } from "../phases.ts";

const FRESH_MS = 3000;

/** Unchanged machines keep their object identity, so React renders only changed machines again. */
export const NodeCard = memo(function NodeCard({ node }: { node: Node }) {
  const { name, macs, address, state, lastEvent } = node;
  const next = nextActionFor(state.phase);
  const { clock } = usePage();
  // Old events cause no flash, so that the cards do not flash when the page opens.
  const justNow = lastEvent && clock.nowMs() - Date.parse(lastEvent.at) < FRESH_MS;
  return (
    <li className={`card tone-${phaseLabel[state.phase].tone}`} data-node={name}>
      {justNow && <span key={lastEvent.seq} className="flash" aria-hidden="true" />}
      <div className="card-head">
        <h3>
          <a href={nodeHref(name)}>{name}</a>
        </h3>
        <PhaseBadge phase={state.phase} />
      </div>
      <p className="identity">
        <span className="mono">{macs[0]}</span>
        {address === undefined ? <span className="soft">no address yet</span> : <span className="mono">{address}</span>}
      </p>
      <PhaseLine state={state} />
      <div className="card-foot">
        {lastEvent && (
          <p className="last-event" title={visible(lastEvent.summary)}>
            <span className="last-summary">
              <Untrusted text={lastEvent.summary} />
            </span>{" "}
            <Ago at={lastEvent.at} />
          </p>
        )}
        {next && <NodeActions node={node} actions={[next]} />}
      </div>
    </li>
  );
});
