/** Shows the form for a new API key with name, owner, role and expiry. */
import { useId, useState } from "react";
import { Role } from "../../../daemon/contract/admin/key.ts";
import { CreateDialog } from "../parts/dialogs/create-dialog.tsx";
import { usePage } from "../parts/page-context.ts";
import { endAfter, lifetimes } from "./members.ts";

const meaning: Record<Role, string> = {
  viewer: "viewer: read only",
  operator: "operator: accept and arm machines, run jobs",
  admin: "admin: manage keys as well",
  agent: "agent: read and propose changes",
  node: "node: for machines, no access to this page",
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
      <label htmlFor={`${id}-name`}>Name</label>
      <input
        id={`${id}-name`}
        data-first
        required
        maxLength={60}
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <label htmlFor={`${id}-owner`}>Owner</label>
      <input
        id={`${id}-owner`}
        required
        maxLength={60}
        autoComplete="off"
        value={owner}
        onChange={({ target }) => setOwner(target.value)}
      />
      <label htmlFor={`${id}-role`}>Role</label>
      <select id={`${id}-role`} value={role} onChange={({ target }) => setRole(Role.parse(target.value))}>
        {Role.options.map((each) => (
          <option key={each} value={each}>
            {meaning[each]}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-ends`}>Expires after</label>
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
