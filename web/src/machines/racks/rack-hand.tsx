/** Shows the controls for the machine that is being moved: change its height, remove it from the rack, or cancel. */
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
    <section className="rack-hand panel" aria-label="Move">
      <strong>{held.node}</strong>
      <label>
        Units{" "}
        <select value={held.height} onChange={({ target }) => onHeld({ ...held, height: Number(target.value) })}>
          {heights.map((height) => (
            <option key={height}>{height}</option>
          ))}
        </select>
      </label>
      <span className="soft">Choose a position with a click, or with the arrow keys and Enter.</span>
      <button type="button" disabled={busy} onClick={onUnplace}>
        Remove from the rack
      </button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </section>
  );
}
