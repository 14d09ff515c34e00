/** Shows what an interruption left of a plan, and resumes the plan. A person first confirms a check of the nodes if necessary. */
import { useState } from "react";
import type { Interruption } from "../../../daemon/contract/changes/execution.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { approvalHref, executionHref } from "../parts/route.ts";
import { Untrusted } from "../parts/text/untrusted.tsx";

export const resumeCommand = (id: string, { resume }: Interruption): string =>
  `muster execution ${id} --resume${resume === "person" ? " --checked" : ""}`;

export function Interrupted({ id, interruption }: { id: string; interruption: Interruption }) {
  const { done, failed, cutOff, notBegun, resume, reason } = interruption;
  const lists: [string, string[]][] = [
    ["Done", done],
    ["Failed", failed],
    ["Cut off, may have taken effect", cutOff],
    ["Not begun", notBegun],
  ];
  return (
    <section aria-label="Interruption">
      <h2>Interrupted</h2>
      <ul>{lists.flatMap(([what, ids]) => (ids.length > 0 ? [<li key={what}>{`${what}: ${ids.join(", ")}`}</li>] : []))}</ul>
      {resume === "never" ? (
        <p className="soft">
          It cannot be resumed: <Untrusted text={reason} />. Propose the rest again.
        </p>
      ) : (
        <Resume id={id} interruption={interruption} />
      )}
    </section>
  );
}

function Resume({ id, interruption: { cutOff, resume, reason, from } }: { id: string; interruption: Interruption }) {
  const { client, refusal } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const [checked, setChecked] = useState(false);
  const [done, setDone] = useState<readonly string[]>([]);
  const needsCheck = resume === "person";
  const proceed = async () => {
    const { approval, execution } = await client.resumeExecution({ id, checked, done: checked ? [...done] : [] });
    if (execution) location.hash = executionHref(execution.id);
    else if (approval) location.hash = approvalHref(approval.id);
  };
  return (
    <div className="actions">
      {needsCheck && (
        <p className="soft">
          It waits for a person: <Untrusted text={reason} />.
        </p>
      )}
      {(needsCheck || cutOff.length > 0) && (
        <label>
          <input type="checkbox" checked={checked} onChange={({ target }) => setChecked(target.checked)} /> I have checked the nodes
        </label>
      )}
      {checked &&
        cutOff.map((step) => (
          <label key={step}>
            <input
              type="checkbox"
              checked={done.includes(step)}
              onChange={({ target }) => setDone(target.checked ? [...done, step] : done.filter((each) => each !== step))}
            />{" "}
            Step {step} is done
          </label>
        ))}
      <button
        type="button"
        disabled={busy || refusal !== undefined || (needsCheck && !checked)}
        title={refusal}
        onClick={() => void attempt(proceed)}
      >
        Resume
      </button>
      <span className="soft">Proposes the remaining steps, from step {from}, as a new plan.</span>
      <Problem problem={problem} />
    </div>
  );
}
