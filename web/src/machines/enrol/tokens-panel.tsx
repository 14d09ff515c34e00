/** Tokens with which machines that were installed by other means come into the fleet. */
import { type SyntheticEvent, useId, useState } from "react";
import { type EnrolToken, MachineRole } from "../../../../daemon/contract/machines/enrol.ts";
import { Revoke } from "../../admin/revoke.tsx";
import { ShownOnce } from "../../admin/shown-once.tsx";
import { ActionButton } from "../../parts/action-button.tsx";
import { Ago } from "../../parts/ago.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Modal } from "../../parts/modal.tsx";
import { useDesk } from "../../parts/page-context.ts";
import { Sheet } from "../../parts/sheet.tsx";
import { useAnswer } from "../../parts/use-answer.ts";

const tone: Record<EnrolToken["state"], string> = { active: "good", "used-up": "muted", expired: "muted", revoked: "muted" };

export function TokensPanel() {
  const { client, refusal } = useDesk();
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

const hours = [1, 8, 24, 168] as const;

function NewToken({ onMade, onClose }: { onMade: (install: string) => void; onClose: () => void }) {
  const { client } = useDesk();
  const { attempt, busy, problem } = useAttempt();
  const id = useId();
  const [uses, setUses] = useState(1);
  const [role, setRole] = useState<MachineRole>("worker");
  const [ttl, setTtl] = useState<number>(1);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void attempt(async () => onMade((await client.createToken({ uses, role, ttlSeconds: ttl * 3600 })).install));
  };
  return (
    <Modal title="Create a token" onClose={onClose}>
      <form onSubmit={submit}>
        <label htmlFor={`${id}-uses`}>For how many machines</label>
        <input
          id={`${id}-uses`}
          data-first
          type="number"
          min={1}
          max={1000}
          required
          value={uses}
          onChange={({ target }) => setUses(Number(target.value))}
        />
        <label htmlFor={`${id}-role`}>They join as</label>
        <select id={`${id}-role`} value={role} onChange={({ target }) => setRole(MachineRole.parse(target.value))}>
          {MachineRole.options.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <label htmlFor={`${id}-ttl`}>How long it works</label>
        <select id={`${id}-ttl`} value={ttl} onChange={({ target }) => setTtl(Number(target.value))}>
          {hours.map((each) => (
            <option key={each} value={each}>
              {each < 24 ? `${each} h` : `${each / 24} d`}
            </option>
          ))}
        </select>
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
