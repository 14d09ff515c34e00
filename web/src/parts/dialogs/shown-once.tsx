/** A secret that was just made: this is the only time it is shown. */

import { Copy } from "../text/copy.tsx";
import { Modal } from "./modal.tsx";

interface Props {
  title: string;
  /** What it is called when it is copied. */
  what: string;
  secret: string;
  use: string;
  onClose: () => void;
}

export function ShownOnce({ title, what, secret, use, onClose }: Props) {
  return (
    <Modal title={title} onClose={onClose}>
      <p>
        <strong>Shown only now.</strong> {use}
      </p>
      <p className="secret">
        <code>{secret}</code>
      </p>
      <div className="dialog-foot">
        <Copy text={() => secret} what={what} />
        <button type="button" data-first className="primary" onClick={onClose}>
          I have it
        </button>
      </div>
    </Modal>
  );
}
