/** Buttons for what may be done to a node now, and the daemon's answer when it refuses. */
import { useState } from "react";
import type { Client } from "../../../daemon/contract/client.ts";
import type { Node, Profile } from "../../../daemon/contract/node.ts";
import { type Action, actionWord, needsTypedName } from "../fleet/actions.ts";
import { Problem, useAttempt } from "./attempt.tsx";
import { ConfirmByName } from "./confirm-by-name.tsx";
import { useDesk } from "./desk.ts";

export function NodeActions({ node, actions }: { node: Node; actions: readonly Action[] }) {
  const { client, refusal } = useDesk();
  const [asking, setAsking] = useState<"arm" | "retire">();
  const { attempt, busy, problem } = useAttempt();

  const start = (action: Action) => {
    if (needsTypedName(action)) setAsking(action);
    else void attempt(() => calls[action](client, node.id));
  };
  if (actions.length === 0) return null;
  return (
    <div className="actions">
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          className={action === "accept" ? "primary" : needsTypedName(action) ? "danger" : ""}
          disabled={busy || refusal !== undefined}
          title={refusal}
          aria-describedby={refusal === undefined ? undefined : "refusal"}
          aria-label={`${actionWord[action].replace("…", "")} ${node.name}`}
          onClick={() => start(action)}
        >
          {actionWord[action]}
        </button>
      ))}
      <Problem problem={problem} />
      {asking !== undefined && (
        <ConfirmByName
          action={asking}
          node={node}
          onCancel={() => setAsking(undefined)}
          onConfirm={(confirm, profile) => {
            setAsking(undefined);
            void attempt(() => (asking === "arm" ? arm(client, node.id, confirm, profile) : client.retireNode({ node: node.id, confirm })));
          }}
        />
      )}
    </div>
  );
}

const calls: Record<Exclude<Action, "arm" | "retire">, (client: Client, node: string) => Promise<unknown>> = {
  accept: (client, node) => client.acceptNode({ node }),
  disarm: (client, node) => client.disarmNode({ node }),
  configure: (client, node) => client.reprovisionNode({ node }),
  wake: (client, node) => client.wakeNode({ node }),
};

const arm = (client: Client, node: string, confirm: string, profile: Profile | undefined) =>
  client.armNode({ node, confirm, ...(profile && { profile }) });
