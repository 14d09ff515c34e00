/** Lets the user choose a playbook, and choose between a preview and a real run. Preview is the default. */
import { useEffect, useState } from "react";
import type { Playbook } from "../../../../daemon/contract/jobs/playbook.ts";
import { Problem, useAttempt } from "../attempt.tsx";
import { usePage } from "../page-context.ts";

interface Props {
  playbook: string;
  onPlaybook: (name: string) => void;
  check: boolean;
  onCheck: (check: boolean) => void;
}

export function PlaybookChoice({ playbook, onPlaybook, check, onCheck }: Props) {
  const { client } = usePage();
  const [offered, setOffered] = useState<readonly Playbook[]>();
  const { attempt, problem } = useAttempt();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    void attempt(async () => setOffered((await client.listPlaybooks()).playbooks));
  }, [client]);
  const chosen = offered?.find(({ name }) => name === playbook);
  return (
    <>
      <label>
        Playbook
        <select data-first required value={playbook} onChange={({ target }) => onPlaybook(target.value)}>
          <option value="">{offered?.length === 0 ? "no playbooks, see `muster playbooks`" : "select a playbook"}</option>
          {offered?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {chosen && <p className="soft">{chosen.does}</p>}
      {chosen && !chosen.readOnly && (
        <label className="tick">
          <input type="checkbox" checked={check} onChange={({ target }) => onCheck(target.checked)} />
          Preview only: show what would change
        </label>
      )}
      <Problem problem={problem} />
    </>
  );
}
