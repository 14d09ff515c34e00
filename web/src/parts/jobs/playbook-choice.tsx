/** Lets the user choose a playbook, its options, and a preview or a real run. Preview is the default. */
import { useEffect, useState } from "react";
import type { Playbook } from "../../../../daemon/contract/jobs/playbook.ts";
import { Problem, useAttempt } from "../attempt.tsx";
import { usePage } from "../page-context.ts";
import { RunOptionFields } from "./run-option-fields.tsx";
import { noTexts, type OptionTexts, type ReadOptions, readOptions } from "./run-option-texts.ts";

interface Props {
  playbook: string;
  onPlaybook: (name: string) => void;
  check: boolean;
  onCheck: (check: boolean) => void;
  onOptions: (read: ReadOptions) => void;
}

export function PlaybookChoice({ playbook, onPlaybook, check, onCheck, onOptions }: Props) {
  const { client } = usePage();
  const [offered, setOffered] = useState<readonly Playbook[]>();
  const [texts, setTexts] = useState(noTexts);
  const { attempt, problem } = useAttempt();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    void attempt(async () => setOffered((await client.listPlaybooks()).playbooks));
  }, [client]);
  const chosen = offered?.find(({ name }) => name === playbook);
  const read = readOptions(texts, chosen);
  const write = (next: OptionTexts, of = chosen) => {
    setTexts(next);
    onOptions(readOptions(next, of));
  };
  const choose = (name: string) => {
    onPlaybook(name);
    // The variables of another playbook are others.
    write(
      { ...texts, declared: {} },
      offered?.find((each) => each.name === name),
    );
  };
  return (
    <>
      <label>
        Playbook
        <select data-first required value={playbook} onChange={({ target }) => choose(target.value)}>
          <option value="">{offered?.length === 0 ? "no playbooks, see `muster playbooks`" : "select a playbook"}</option>
          {offered?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {chosen && <p className="soft">{chosen.does}</p>}
      {chosen?.addsHosts && (
        <p>It adds hosts itself and is not limited to the selected machine. It needs approval, for one machine at a time.</p>
      )}
      {chosen && <RunOptionFields key={chosen.name} playbook={chosen} texts={texts} onTexts={write} />}
      {"problem" in read && <p className="problem">{read.problem}</p>}
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
