/** Shows the API keys and their owners, with role, expiry and last use. */
import { useState } from "react";
import type { Key } from "../../../daemon/contract/admin/key.ts";
import { ActionButton } from "../parts/action-button.tsx";
import { Problem } from "../parts/attempt.tsx";
import { Revoke } from "../parts/dialogs/revoke.tsx";
import { ShownOnce } from "../parts/dialogs/shown-once.tsx";
import { usePage } from "../parts/page-context.ts";
import { Sheet } from "../parts/sheet.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { keyOwnersOf, keysRefusal } from "./members.ts";
import { NewKey } from "./new-key.tsx";

export function KeysPanel() {
  const { client, session } = usePage();
  const why = keysRefusal(session.role);
  const { answer: keys, problem, refresh } = useAnswer(() => client.listKeys(), why === undefined);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<{ name: string; key: string }>();
  return (
    <>
      <Members keys={keys} why={why} />
      <Sheet
        title="API keys"
        {...(keys && { count: keys.length })}
        columns={["Key", "Role", "Owner", "Created", "Expires", "Last used", "Id", "Revoke"]}
        rows={(keys ?? []).map((key) => ({
          key: key.id,
          cells: [
            key.name === session.name ? <strong key="name">{key.name} (this one)</strong> : key.name,
            key.role,
            key.owner,
            <Ago key="made" at={key.createdAt} />,
            key.expiresAt === undefined ? "never" : <Ago key="ends" at={key.expiresAt} />,
            key.lastUsedAt === undefined ? "never" : <Ago key="used" at={key.lastUsedAt} />,
            <code key="id">{key.id}</code>,
            <Revoke
              key="revoke"
              what={`the key ${key.name}`}
              warning={
                key.name === session.name
                  ? "You are logged in with this key. If you revoke this key, your session ends immediately."
                  : `Programs that use it stop working immediately, and its sessions end.`
              }
              onRevoke={async () => {
                await client.revokeKey({ id: key.id });
                await refresh();
              }}
            />,
          ],
        }))}
        {...(why !== undefined && { note: why })}
      />
      <Problem problem={problem} />
      <div className="actions">
        <ActionButton why={why} onClick={() => setMaking(true)}>
          Create a key…
        </ActionButton>
      </div>
      {making && (
        <NewKey
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setMade(key);
            void refresh();
          }}
        />
      )}
      {made && (
        <ShownOnce
          title={`The key ${made.name}`}
          what={`the key ${made.name}`}
          secret={made.key}
          use="Use the key to log in on this page, or set MUSTER_KEY to the key in a terminal. Muster stores only the hash of the key."
          onClose={() => setMade(undefined)}
        />
      )}
    </>
  );
}

function Members({ keys, why }: { keys: readonly Key[] | undefined; why: string | undefined }) {
  const { session } = usePage();
  const note = why === undefined ? undefined : `You are ${session.owner}. Your key ${session.name} has the role ${session.role}.`;
  return (
    <Sheet
      title="Members"
      {...(keys && { count: keyOwnersOf(keys).length })}
      columns={["Member", "Role", "Keys", "Last seen"]}
      rows={keyOwnersOf(keys ?? []).map(({ owner, keys: own, roles, seenAt }) => ({
        key: owner,
        cells: [
          owner === session.owner ? <strong key="owner">{owner} (you)</strong> : owner,
          roles.join(", "),
          own.map(({ name }) => name).join(", "),
          seenAt === undefined ? "never" : <Ago key="seen" at={seenAt} />,
        ],
      }))}
      {...(note !== undefined && { note })}
    />
  );
}
