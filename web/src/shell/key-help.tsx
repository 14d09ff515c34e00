/**
 * Shows all keyboard shortcuts. Shortcuts of a single letter work only in the table, because speech input could trigger
 * them by accident.
 */
import { DialogFoot } from "../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../parts/dialogs/modal.tsx";

const keys: readonly [string, string][] = [
  ["Ctrl K", "go to a machine, a job or a page"],
  ["Ctrl /", "this help"],
  ["Escape", "close a dialog"],
  ["↑ ↓, j k, Home End", "in the table: move"],
  ["x", "in the table: select or deselect the machine"],
  ["Shift + click", "in the table: select all rows since the last selected one"],
  ["Enter", "in the table: open the machine"],
  ["Enter, Shift Enter", "in the search of an output: next match, previous match"],
];

export function KeyHelp({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Keys" onClose={onClose}>
      <dl className="keys">
        {keys.map(([key, what]) => (
          <div key={`${key} ${what}`}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <DialogFoot onClose={onClose} word="Close" first />
    </Modal>
  );
}
