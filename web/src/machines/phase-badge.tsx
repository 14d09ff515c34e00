/** Shows a phase as a word with a colour. */
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
