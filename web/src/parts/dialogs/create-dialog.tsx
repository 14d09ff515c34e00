/**
 * Shows a dialog with a form that creates an object. The caller supplies the fields, while the error message and the
 * buttons are the same in all dialogs.
 */
import type { ReactNode } from "react";
import { Problem, useAttempt } from "../attempt.tsx";
import { DialogFoot } from "./dialog-foot.tsx";
import { Modal } from "./modal.tsx";

interface Props {
  title: string;
  create: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

export function CreateDialog({ title, create, onClose, children }: Props) {
  const { attempt, busy, problem } = useAttempt();
  return (
    <Modal title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(create);
        }}
      >
        {children}
        <Problem problem={problem} />
        <DialogFoot onClose={onClose}>
          <button type="submit" className="primary" disabled={busy}>
            {busy ? "Creating…" : "Create"}
          </button>
        </DialogFoot>
      </form>
    </Modal>
  );
}
