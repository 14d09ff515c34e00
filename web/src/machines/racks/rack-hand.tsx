/** The machine somebody is moving: how tall it is, and what else can be done with it than putting it somewhere. */
import type { Held } from "./rack-picture.ts";

const heights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

interface Props {
  held: Held;
  busy: boolean;
  onHeld: (held: Held) => void;
  onUnplace: () => void;
  onCancel: () => void;
}

export function RackHand({ held, busy, onHeld, onUnplace, onCancel }: Props) {
  return (
    <section className="rack-hand panel" aria-label="Held">
      <strong>{held.node}</strong>
      <label>
        Units{" "}
        <select value={held.height} onChange={({ target }) => onHeld({ ...held, height: Number(target.value) })}>
          {heights.map((height) => (
            <option key={height}>{height}</option>
          ))}
        </select>
      </label>
      <span className="soft">Choose a place: click it, or arrow keys and Enter.</span>
      <button type="button" disabled={busy} onClick={onUnplace}>
        Out of its rack
      </button>
      <button type="button" onClick={onCancel}>
        Leave it
      </button>
    </section>
  );
}
