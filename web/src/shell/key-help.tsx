/** Every key there is. None of a single letter works outside the table: who speaks to their computer would press it by chance. */
import { DialogFoot } from "../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../parts/dialogs/modal.tsx";

const keys: readonly [string, string][] = [
  ["Ctrl K", "go to a machine, a job or a page"],
  ["Ctrl /", "this help"],
  ["Escape", "leave a dialog"],
  ["↑ ↓, j k, Home End", "in the table: walk"],
  ["x", "in the table: mark the machine, or unmark it"],
  ["Shift + click", "in the table: mark all from the last marked"],
  ["Enter", "in the table: open the machine"],
  ["Enter, Shift Enter", "in the search of an output: to the next line, to the one before"],
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
