/** Shows the enrolment tokens for machines that Muster did not install. */
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
        columns={["Token", "State", "For", "Used", "Created by", "Expires", "Revoke"]}
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
                warning="No further machine can join with this token. Machines that have joined with this token stay in the fleet."
                onRevoke={async () => {
                  await client.revokeToken({ id });
                  await refresh();
                }}
              />
            ) : null,
          ],
        }))}
        {...(refusal !== undefined ? { note: `Tokens require the role operator. ${refusal}` } : tokens?.length === 0 && { note: none })}
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
          title="Enrolment token"
          what="the line with the token"
          secret={install}
          use="Run this command as root on the machine that should join the fleet."
          onClose={() => setInstall(undefined)}
        />
      )}
    </>
  );
}

const none = "None. A machine that Muster did not install needs a token to join. Machines that Muster installs have their own tokens.";
