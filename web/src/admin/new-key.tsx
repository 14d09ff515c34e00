/** Asks what a new key is for, whose it is and how long it opens. */
import { useId, useState } from "react";
import { Role } from "../../../daemon/contract/admin/key.ts";
import { CreateDialog } from "../parts/dialogs/create-dialog.tsx";
import { usePage } from "../parts/page-context.ts";
import { endAfter, lifetimes } from "./members.ts";

const meaning: Record<Role, string> = {
  viewer: "viewer: reads",
  operator: "operator: also accepts, arms and runs",
  admin: "admin: also makes keys",
  agent: "agent: reads and proposes",
  node: "node: nothing of this",
};

export function NewKey({ onMade, onClose }: { onMade: (key: { name: string; key: string }) => void; onClose: () => void }) {
  const { client, session, clock } = usePage();
  const id = useId();
  const [name, setName] = useState("");
  const [owner, setOwner] = useState(session.owner);
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState<number>();
  const create = async () => {
    const expiresAt = endAfter(days, clock.nowMs());
    onMade(await client.createKey({ name: name.trim(), owner: owner.trim(), role, ...(expiresAt && { expiresAt }) }));
  };
  return (
    <CreateDialog title="Create a key" create={create} onClose={onClose}>
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
    </CreateDialog>
  );
}
