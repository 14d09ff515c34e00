/** A phase as colour and word together: neither says it alone. */
import type { Phase } from "../../../daemon/contract/machines/node.ts";
import { phaseLabel } from "./phases.ts";

export function PhaseBadge({ phase }: { phase: Phase }) {
  const { word, tone, meaning } = phaseLabel[phase];
  return (
    <span className={`badge tone-${tone}`} title={meaning} data-phase={phase}>
      {word}
    </span>
  );
}
