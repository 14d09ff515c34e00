/** Machines without a place. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { draggedOf, RackMachine } from "./rack-machine.tsx";
import type { Held } from "./rack-picture.ts";

interface Props {
  nodes: readonly Node[];
  held: Held | undefined;
  onPick: (node: string) => void;
  onDropped: (node: string) => void;
}

export function RackTray({ nodes, held, onPick, onDropped }: Props) {
  return (
    <section
      className="tray"
      aria-labelledby="tray-title"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        const dragged = draggedOf(event);
        if (!dragged) return;
        event.preventDefault();
        onDropped(dragged.node);
      }}
    >
      <h2 className="section-title" id="tray-title">
        In no rack <span className="count">{nodes.length}</span>
      </h2>
      {nodes.length === 0 ? (
        <p className="soft">All machines are in a rack or a room.</p>
      ) : (
        <ul className="tray-list">
          {nodes.map(({ id, name }) => (
            <RackMachine key={id} node={name} height={1} isHeld={held?.node === name} onPick={onPick} />
          ))}
        </ul>
      )}
    </section>
  );
}
