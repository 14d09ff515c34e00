/** Shows the button to revoke a key or a token, with a confirmation. */
import { useState } from "react";
import { ActionButton } from "../action-button.tsx";
import { Problem, useAttempt } from "../attempt.tsx";
import { DialogFoot } from "./dialog-foot.tsx";
import { Modal } from "./modal.tsx";

interface Props {
  /** The name of the object, for example `the key laptop`. */
  what: string;
  warning: string;
  why?: string | undefined;
  onRevoke: () => Promise<unknown>;
}

export function Revoke({ what, warning, why, onRevoke }: Props) {
  const { attempt, busy, problem } = useAttempt();
  const [asking, setAsking] = useState(false);
  const revoke = () => {
    setAsking(false);
    void attempt(onRevoke);
  };
  return (
    <>
      <ActionButton className="danger" busy={busy} why={why} aria-label={`Revoke ${what}`} onClick={() => setAsking(true)}>
        {busy ? "Revoking…" : "Revoke…"}
      </ActionButton>
      <Problem problem={problem} />
      {asking && (
        <Modal title={`Revoke ${what}`} onClose={() => setAsking(false)}>
          <p>{warning} This cannot be undone.</p>
          <DialogFoot onClose={() => setAsking(false)} first>
            <button type="button" className="danger solid" onClick={revoke}>
              Revoke
            </button>
          </DialogFoot>
        </Modal>
      )}
    </>
  );
}
