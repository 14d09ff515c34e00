/** Shows the form to accept a machine, with its name and the disk to install to. */
import { type SyntheticEvent, useState } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage } from "../../parts/page-context.ts";

export function AcceptForm({ node }: { node: Node }) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const [name, setName] = useState("");
  const [disk, setDisk] = useState("");

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void attempt(() =>
      client.acceptNode({ node: node.id, ...(name.trim() && { name: name.trim() }), ...(disk.trim() && { disk: disk.trim() }) }),
    );
  };
  return (
    <form className="accept-form" onSubmit={submit}>
      <label>
        Name
        <input
          value={name}
          placeholder={node.name}
          autoCapitalize="off"
          spellCheck={false}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <label>
        Disk
        <input value={disk} placeholder="first fixed disk" spellCheck={false} onChange={({ target }) => setDisk(target.value)} />
      </label>
      <ActionButton className="primary" type="submit" busy={busy}>
        Accept
      </ActionButton>
      <Problem problem={problem} />
    </form>
  );
}
