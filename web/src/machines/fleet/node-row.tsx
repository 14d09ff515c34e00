/** Shows the table row of a machine. */
import { memo } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { usePage } from "../../parts/page-context.ts";
import { nodeHref } from "../../parts/route.ts";
import { Untrusted } from "../../parts/text/untrusted.tsx";
import { visible } from "../../parts/text/visible.ts";
import { Ago } from "../../parts/time/ago.tsx";
import type { Membership } from "../inventory/membership.ts";
import { hardwareOf } from "../node/hardware.ts";
import { healthOf } from "../node/health.ts";
import { PhaseBadge } from "../phase-badge.tsx";
import { phaseLabel } from "../phases.ts";

interface Props {
  node: Node;
  /** The value is undefined until the inventory is loaded, and always for users who may not read the inventory. */
  membership: Membership | undefined;
  active: boolean;
  selected: boolean;
  onMark: (id: string, on: boolean, through: boolean) => void;
}

/** Unchanged machines keep their object identity, so React renders only changed machines again. */
export const NodeRow = memo(function NodeRow({ node, membership, active, selected, onMark }: Props) {
  const { name, address, state, lastEvent } = node;
  const { clock } = usePage();
  const health = healthOf(node, clock.nowMs());
  const hardware = visible(hardwareOf(node));
  const stop = active ? 0 : -1;
  return (
    <tr className={`tone-${phaseLabel[state.phase].tone}`} data-id={node.id} data-node={name} data-marked={selected}>
      <td className="col-mark">
        <input
          type="checkbox"
          aria-label={`Select ${name}`}
          tabIndex={stop}
          checked={selected}
          onClick={({ currentTarget, shiftKey }) => onMark(node.id, currentTarget.checked, shiftKey)}
          onChange={() => undefined}
        />
      </td>
      <th scope="row" className="col-name">
        <a className="row-name" href={nodeHref(name)} tabIndex={stop} title={name}>
          {name}
        </a>
      </th>
      <td className="col-phase">
        <PhaseBadge phase={state.phase} />
      </td>
      <td className={`col-health word-${health.tone}`} title={health.why}>
        {health.word}
      </td>
      <td className="col-address mono">{address}</td>
      <td className="col-hardware" title={hardware}>
        {hardware}
      </td>
      <td className="col-role">{membership?.role}</td>
      <td className="col-groups" title={membership?.groups.join(", ")}>
        {membership?.groups.join(", ")}
      </td>
      <td className="col-event" title={lastEvent && visible(lastEvent.summary)}>
        {lastEvent && (
          <span className="last-event">
            <span className="last-summary">
              <Untrusted text={lastEvent.summary} />
            </span>{" "}
            <Ago at={lastEvent.at} />
          </span>
        )}
      </td>
    </tr>
  );
});
