/** Shows one quarantined machine. The user can admit the machine under its own name, replace a node with it, or reject it. */
import { type SyntheticEvent, useState } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { DialogFoot } from "../../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../../parts/dialogs/modal.tsx";
import { TypedWord } from "../../parts/dialogs/typed-word.tsx";
import { usePage } from "../../parts/page-context.ts";
import { Ago } from "../../parts/time/ago.tsx";

interface Props {
  claim: NonNullable<Node["claims"]>[number];
  /** A description of the machine, made from the data that the machine reported. */
  who?: string;
  /** The name of the node that the machine could replace. */
  contested?: string;
}

export function KeptOut({ claim: { id, reason, at }, who = "Another machine", contested }: Props) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const [asking, setAsking] = useState<"own-name" | "replace">();
  const [typed, setTyped] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const wish = asking === "replace" ? { replace: true, confirm: typed } : { name: typed };
    setAsking(undefined);
    void attempt(() => client.releaseQuarantine({ id, ...wish }));
  };
  return (
    <div className="panel">
      <p>
        {who}, because {reason}. <Ago at={at} />
      </p>
      <div className="actions">
        <ActionButton busy={busy} onClick={() => setAsking("own-name")}>
          Admit…
        </ActionButton>
        {contested !== undefined && (
          <ActionButton className="danger" busy={busy} onClick={() => setAsking("replace")}>
            Replace {contested}…
          </ActionButton>
        )}
        <ActionButton busy={busy} onClick={() => void attempt(() => client.discardQuarantine({ id }))}>
          Reject
        </ActionButton>
      </div>
      <Problem problem={problem} />
      {asking && (
        <Modal title={asking === "replace" ? `Replace ${contested}` : "Admit"} onClose={() => setAsking(undefined)}>
          <form onSubmit={submit}>
            <p>
              {asking === "replace"
                ? "The new machine replaces the current machine. Muster forgets the replaced machine."
                : "The machine becomes a new node and is configured immediately."}
            </p>
            {asking === "replace" && contested !== undefined ? (
              <TypedWord word={contested} value={typed} onChange={setTyped} />
            ) : (
              <label>
                Name
                <input data-first autoComplete="off" spellCheck={false} value={typed} onChange={({ target }) => setTyped(target.value)} />
              </label>
            )}
            <DialogFoot onClose={() => setAsking(undefined)}>
              <button
                type="submit"
                className={asking === "replace" ? "danger solid" : "primary"}
                disabled={asking === "replace" ? typed !== contested : typed.trim() === ""}
              >
                {asking === "replace" ? "Replace" : "Admit"}
              </button>
            </DialogFoot>
          </form>
        </Modal>
      )}
    </div>
  );
}
