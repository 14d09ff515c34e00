/** Tokens with which machines that were installed by other means come into the fleet. */
import { useState } from "react";
import type { EnrolToken } from "../../../../daemon/contract/machines/enrol.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem } from "../../parts/attempt.tsx";
import { Revoke } from "../../parts/dialogs/revoke.tsx";
import { ShownOnce } from "../../parts/dialogs/shown-once.tsx";
import { usePage } from "../../parts/page-context.ts";
import { Sheet } from "../../parts/sheet.tsx";
import { Ago } from "../../parts/time/ago.tsx";
import { useAnswer } from "../../parts/use-answer.ts";
import { NewToken } from "./new-token.tsx";

const tone: Record<EnrolToken["state"], string> = { active: "good", "used-up": "muted", expired: "muted", revoked: "muted" };

export function TokensPanel() {
  const { client, refusal } = usePage();
  const { answer: tokens, problem, refresh } = useAnswer(() => client.listTokens(), refusal === undefined);
  const [making, setMaking] = useState(false);
  const [install, setInstall] = useState<string>();
  return (
    <>
      <Sheet
        title="Enrolment tokens"
        {...(tokens && { count: tokens.length })}
        columns={["Token", "State", "For", "Used", "Made by", "Ends", "Revoke"]}
        rows={(tokens ?? []).map(({ id, state, role, node, used, uses, createdBy, expiresAt }) => ({
          key: id,
          cells: [
            <code key="id">{id}</code>,
            <span key="state" className={`badge tone-${tone[state]}`}>
              {state}
            </span>,
            node === undefined ? `any machine, as ${role}` : node,
            `${used} of ${uses}`,
            createdBy,
            <Ago key="ends" at={expiresAt} />,
            state === "active" ? (
              <Revoke
                key="revoke"
                what={`the token ${id}`}
                warning="No machine comes in with it any more; who came with it stays."
                onRevoke={async () => {
                  await client.revokeToken({ id });
                  await refresh();
                }}
              />
            ) : null,
          ],
        }))}
        {...(refusal !== undefined ? { note: `Tokens are for operators. ${refusal}` } : tokens?.length === 0 && { note: none })}
      />
      <Problem problem={problem} />
      <div className="actions">
        <ActionButton onClick={() => setMaking(true)}>Create a token…</ActionButton>
      </div>
      {making && (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(line) => {
            setMaking(false);
            setInstall(line);
            void refresh();
          }}
        />
      )}
      {install !== undefined && (
        <ShownOnce
          title="The token"
          what="the line with the token"
          secret={install}
          use="Run this line as root on the machine that is to come in."
          onClose={() => setInstall(undefined)}
        />
      )}
    </>
  );
}

const none = "None. A machine that was installed by other means comes in with one; machines booted from here bring their own.";
