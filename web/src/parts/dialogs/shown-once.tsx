/** Shows a new secret. The page never shows the same secret again. */

import { Copy } from "../text/copy.tsx";
import { Modal } from "./modal.tsx";

interface Props {
  title: string;
  /** The name of the secret in the label of the copy button. */
  what: string;
  secret: string;
  use: string;
  onClose: () => void;
}

export function ShownOnce({ title, what, secret, use, onClose }: Props) {
  return (
    <Modal title={title} onClose={onClose}>
      <p>
        <strong>Shown only once.</strong> {use}
      </p>
      <p className="secret">
        <code>{secret}</code>
      </p>
      <div className="dialog-foot">
        <Copy text={() => secret} what={what} />
        <button type="button" data-first className="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Modal>
  );
}
