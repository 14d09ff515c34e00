/**
 * Shows one machine in a rack, or in the tray of machines without a place. The box of a machine contains the phase, a
 * link to the machine's page, and a handle.
 */
import type { DragEvent } from "react";
import { ActionButton } from "../../parts/action-button.tsx";
import { usePage, useView } from "../../parts/page-context.ts";
import { nodeHref } from "../../parts/route.ts";
import { phaseLabel } from "../phases.ts";
import type { Held, Spot } from "./rack-picture.ts";

interface Props {
  node: string;
  height: number;
  /** Undefined in the tray. */
  where?: string;
  spot?: Spot;
  isHeld: boolean;
  onPick: (node: string) => void;
}

const KIND = "application/x-muster-machine";

export function RackMachine({ node: name, height, where, spot, isHeld, onPick }: Props) {
  const { refusal } = usePage();
  const { fleet } = useView();
  const node = [...fleet.nodes.values()].find((each) => each.name === name);
  const look = node && phaseLabel[node.state.phase];
  return (
    <li
      className={`machine tone-${look?.tone ?? "muted"}${isHeld ? " held" : ""}`}
      data-machine={name}
      data-phase={node?.state.phase}
      {...(spot && { style: { gridRow: `${spot.gridRow} / span ${spot.span}`, gridColumn: spot.gridColumn } })}
      draggable={refusal === undefined}
      onDragStart={({ dataTransfer }) => {
        dataTransfer.setData(KIND, JSON.stringify({ node: name, height }));
        dataTransfer.effectAllowed = "move";
      }}
    >
      {where !== undefined && <span className="machine-where">{where.replace(/^units? /, "")}</span>}
      <a href={nodeHref(name)} draggable={false} title={name}>
        {name}
      </a>
      <span className="machine-phase">{look?.word}</span>
      <ActionButton className="quiet" aria-label={`Move ${name}`} aria-pressed={isHeld} onClick={() => onPick(name)}>
        ⠿
      </ActionButton>
    </li>
  );
}

/** Returns the dropped machine, or undefined if the user dropped something else. */
export function draggedOf({ dataTransfer }: DragEvent): Held | undefined {
  const text = dataTransfer.getData(KIND);
  return text === "" ? undefined : (JSON.parse(text) as Held);
}
