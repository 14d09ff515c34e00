/** Shows the form for a new enrolment token. */
import { useId, useState } from "react";
import { MachineRole } from "../../../../daemon/contract/machines/enrol.ts";
import { CreateDialog } from "../../parts/dialogs/create-dialog.tsx";
import { usePage } from "../../parts/page-context.ts";

const hours = [1, 8, 24, 168] as const;

export function NewToken({ onMade, onClose }: { onMade: (install: string) => void; onClose: () => void }) {
  const { client } = usePage();
  const id = useId();
  const [uses, setUses] = useState(1);
  const [role, setRole] = useState<MachineRole>("worker");
  const [ttl, setTtl] = useState<number>(1);
  const create = async () => onMade((await client.createToken({ uses, role, ttlSeconds: ttl * 3600 })).install);
  return (
    <CreateDialog title="Create a token" create={create} onClose={onClose}>
      <label htmlFor={`${id}-uses`}>Number of machines</label>
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
      <label htmlFor={`${id}-role`}>Role</label>
      <select id={`${id}-role`} value={role} onChange={({ target }) => setRole(MachineRole.parse(target.value))}>
        {MachineRole.options.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      <label htmlFor={`${id}-ttl`}>Expires after</label>
      <select id={`${id}-ttl`} value={ttl} onChange={({ target }) => setTtl(Number(target.value))}>
        {hours.map((each) => (
          <option key={each} value={each}>
            {each < 24 ? `${each} h` : `${each / 24} d`}
          </option>
        ))}
      </select>
    </CreateDialog>
  );
}
