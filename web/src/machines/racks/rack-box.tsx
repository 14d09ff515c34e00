/** Shows a rack with its units, or a room with its tiles. */
import type { DragEvent } from "react";
import { type Placed, placeWords, type Rack } from "../../../../daemon/contract/machines/rack.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage } from "../../parts/page-context.ts";
import { draggedOf, RackMachine } from "./rack-machine.tsx";
import { cellsOf, fits, type Held, holderOf, spotOf } from "./rack-picture.ts";

interface Props {
  rack: Rack;
  places: readonly Placed[];
  held: Held | undefined;
  onPick: (node: string) => void;
  onPlace: (held: Held, row: number, column: number) => void;
  onChanged: () => Promise<void>;
}

export function RackBox({ rack, places, held, onPick, onPlace, onChanged }: Props) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const { name, kind, rows, columns } = rack;
  const remove = () =>
    attempt(async () => {
      await client.removeRack({ rack: name });
      await onChanged();
    });
  const drop = (event: DragEvent, row: number, column: number) => {
    const dragged = draggedOf(event);
    if (!dragged) return;
    event.preventDefault();
    onPlace(dragged, row, column);
  };
  const free = cellsOf(rack).filter(({ row, column }) => holderOf(places, row, column) === undefined);
  return (
    <section className={`rack rack-${kind}`} aria-label={`${kind} ${name}`}>
      <h2>
        {name} <span className="soft">{kind === "rack" ? `${rows} units` : `${rows} × ${columns} tiles`}</span>
      </h2>
      <div className="rack-scroll">
        <ul
          className="rack-grid"
          style={{
            gridTemplateRows: `repeat(${rows}, ${kind === "rack" ? "26px" : "minmax(64px, auto)"})`,
            gridTemplateColumns: `repeat(${columns}, minmax(110px, 1fr))`,
          }}
        >
          {places.map((place) => {
            const spot = spotOf(place, rack);
            return (
              <RackMachine
                key={place.node}
                node={place.node}
                height={place.height}
                where={placeWords(place, kind)}
                spot={spot}
                isHeld={held?.node === place.node}
                onPick={onPick}
              />
            );
          })}
          {free.map(({ row, column }) => {
            const { gridRow, gridColumn } = spotOf({ row, column, height: 1 }, rack);
            const words = placeWords({ row, column, height: held && kind === "rack" ? held.height : 1 }, kind);
            return (
              <li
                key={`${row} ${column}`}
                className="slot"
                style={{ gridRow, gridColumn }}
                onDragOver={(event) => event.preventDefault()}
                onDrop={(event) => drop(event, row, column)}
              >
                {held && fits(held, rack, places, row, column) ? (
                  <button
                    type="button"
                    data-free
                    aria-label={`Place ${held.node} in ${name}, ${words}`}
                    onClick={() => onPlace(held, row, column)}
                  >
                    {kind === "rack" ? row : `${row} · ${column}`}
                  </button>
                ) : (
                  <span aria-hidden="true">{kind === "rack" ? row : ""}</span>
                )}
              </li>
            );
          })}
        </ul>
      </div>
      <Problem problem={problem} />
      {places.length === 0 && (
        <ActionButton className="quiet" busy={busy} aria-label={`Remove ${name}`} onClick={() => void remove()}>
          Remove
        </ActionButton>
      )}
    </section>
  );
}
