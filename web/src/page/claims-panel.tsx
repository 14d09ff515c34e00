/** Machines that came under this one's name or MAC address and are kept out until somebody decides. */
import { type SyntheticEvent, useState } from "react";
import type { Node } from "../../../daemon/contract/node.ts";
import { ActionButton } from "./action-button.tsx";
import { Ago } from "./ago.tsx";
import { Problem, useAttempt } from "./attempt.tsx";
import { useDesk } from "./desk.ts";
import { Modal } from "./modal.tsx";

type Claim = NonNullable<Node["claims"]>[number];

export function ClaimsPanel({ node }: { node: Node }) {
  const { claims = [] } = node;
  if (claims.length === 0) return null;
  return (
    <section aria-labelledby="claims-title">
      <h2 className="section-title" id="claims-title">
        Kept out <span className="count">{claims.length}</span>
      </h2>
      {claims.map((claim) => (
        <KeptOut key={claim.id} claim={claim} node={node} />
      ))}
    </section>
  );
}

function KeptOut({ claim: { id, reason, at }, node }: { claim: Claim; node: Node }) {
  const { client } = useDesk();
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
        Another machine, because {reason}. <Ago at={at} />
      </p>
      <div className="actions">
        <ActionButton busy={busy} onClick={() => setAsking("own-name")}>
          Let it in…
        </ActionButton>
        <ActionButton className="danger" busy={busy} onClick={() => setAsking("replace")}>
          Let it replace {node.name}…
        </ActionButton>
        <ActionButton busy={busy} onClick={() => void attempt(() => client.discardQuarantine({ id }))}>
          Turn it away
        </ActionButton>
      </div>
      <Problem problem={problem} />
      {asking && (
        <Modal title={asking === "replace" ? `Replace ${node.name}` : "Let it in"} onClose={() => setAsking(undefined)}>
          <form onSubmit={submit}>
            <p>
              {asking === "replace"
                ? "It takes the place of the machine that is there now, which is then unknown."
                : "It joins as a node of its own and is configured at once."}
            </p>
            <label>
              {asking === "replace" ? (
                <>
                  Type <strong className="mono">{node.name}</strong> to go on
                </>
              ) : (
                "Its name"
              )}
              <input data-first autoComplete="off" spellCheck={false} value={typed} onChange={({ target }) => setTyped(target.value)} />
            </label>
            <div className="dialog-foot">
              <button type="button" onClick={() => setAsking(undefined)}>
                Cancel
              </button>
              <button
                type="submit"
                className={asking === "replace" ? "danger solid" : "primary"}
                disabled={asking === "replace" ? typed !== node.name : typed.trim() === ""}
              >
                {asking === "replace" ? "Replace" : "Let it in"}
              </button>
            </div>
          </form>
        </Modal>
      )}
    </div>
  );
}
