/** Shows buttons for the actions on a node, and the error message if the daemon refuses an action. */
import { useState } from "react";
import type { Client } from "../../../../daemon/contract/client.ts";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage } from "../../parts/page-context.ts";
import { type Action, actionWord, isDangerous, type NamedAction, needsTypedName } from "./actions.ts";
import { ConfirmByName, type Confirmed } from "./confirm-by-name.tsx";

export function NodeActions({ node, actions }: { node: Node; actions: readonly Action[] }) {
  const { client } = usePage();
  const [asking, setAsking] = useState<NamedAction>();
  const { attempt, busy, problem } = useAttempt();

  const start = (action: Action) => {
    if (needsTypedName(action)) setAsking(action);
    else void attempt(() => calls[action](client, node.id));
  };
  if (actions.length === 0) return null;
  return (
    <div className="actions">
      {actions.map((action) => (
        <ActionButton
          key={action}
          className={action === "accept" ? "primary" : isDangerous(action) ? "danger" : ""}
          busy={busy}
          aria-label={`${actionWord[action].replace("…", "")} ${node.name}`}
          onClick={() => start(action)}
        >
          {actionWord[action]}
        </ActionButton>
      ))}
      <Problem problem={problem} />
      {asking !== undefined && (
        <ConfirmByName
          action={asking}
          node={node}
          onCancel={() => setAsking(undefined)}
          onConfirm={(confirmed) => {
            setAsking(undefined);
            void attempt(() => namedCalls[asking](client, node.id, confirmed));
          }}
        />
      )}
    </div>
  );
}

const calls: Record<Exclude<Action, NamedAction>, (client: Client, node: string) => Promise<unknown>> = {
  accept: (client, node) => client.acceptNode({ node }),
  disarm: (client, node) => client.disarmNode({ node }),
  configure: (client, node) => client.reprovisionNode({ node }),
  wake: (client, node) => client.wakeNode({ node }),
  rescue: (client, node) => client.rescueNode({ node }),
  "end-rescue": (client, node) => client.endRescue({ node }),
};

const namedCalls: Record<NamedAction, (client: Client, node: string, confirmed: Confirmed) => Promise<unknown>> = {
  arm: (client, node, { typed, profile }) => client.armNode({ node, confirm: typed, ...(profile && { profile }) }),
  wipe: (client, node, { typed, disks, quick }) => client.wipeNode({ node, confirm: typed, disks, quick }),
  promote: (client, node) => client.promoteNode({ node }),
  retire: (client, node, { typed }) => client.retireNode({ node, confirm: typed }),
};
