/** Asks what a new key is for, whose it is and how long it opens. */
import { type SyntheticEvent, useId, useState } from "react";
import { Role } from "../../../daemon/contract/admin/key.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Modal } from "../parts/modal.tsx";
import { useDesk } from "../parts/page-context.ts";
import { endAfter, lifetimes } from "./members.ts";

const meaning: Record<Role, string> = {
  viewer: "viewer: reads",
  operator: "operator: also accepts, arms and runs",
  admin: "admin: also makes keys",
  agent: "agent: reads and proposes",
  node: "node: nothing of this",
};

export function NewKey({ onMade, onClose }: { onMade: (key: { name: string; key: string }) => void; onClose: () => void }) {
  const { client, session, clock } = useDesk();
  const { attempt, busy, problem } = useAttempt();
  const id = useId();
  const [name, setName] = useState("");
  const [owner, setOwner] = useState(session.owner);
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState<number>();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const expiresAt = endAfter(days, clock.nowMs());
    void attempt(async () =>
      onMade(await client.createKey({ name: name.trim(), owner: owner.trim(), role, ...(expiresAt && { expiresAt }) })),
    );
  };
  return (
    <Modal title="Create a key" onClose={onClose}>
      <form onSubmit={submit}>
        <label htmlFor={`${id}-name`}>What for</label>
        <input
          id={`${id}-name`}
          data-first
          required
          maxLength={60}
          autoComplete="off"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <label htmlFor={`${id}-owner`}>Who answers for it</label>
        <input
          id={`${id}-owner`}
          required
          maxLength={60}
          autoComplete="off"
          value={owner}
          onChange={({ target }) => setOwner(target.value)}
        />
        <label htmlFor={`${id}-role`}>What it may do</label>
        <select id={`${id}-role`} value={role} onChange={({ target }) => setRole(Role.parse(target.value))}>
          {Role.options.map((each) => (
            <option key={each} value={each}>
              {meaning[each]}
            </option>
          ))}
        </select>
        <label htmlFor={`${id}-ends`}>How long it opens</label>
        <select
          id={`${id}-ends`}
          value={days ?? ""}
          onChange={({ target }) => setDays(target.value === "" ? undefined : Number(target.value))}
        >
          {lifetimes.map(({ days: each, word }) => (
            <option key={word} value={each ?? ""}>
              {word}
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
