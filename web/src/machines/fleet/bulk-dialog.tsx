/** Previews a bulk action for each machine, asks for a typed confirmation before disks are erased, and shows the results. */
import { type SyntheticEvent, useState } from "react";
import type { Profile } from "../../../../daemon/contract/machines/node.ts";
import { DialogFoot } from "../../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../../parts/dialogs/modal.tsx";
import { TypedWord } from "../../parts/dialogs/typed-word.tsx";
import { PlaybookChoice } from "../../parts/jobs/playbook-choice.tsx";
import type { ReadOptions } from "../../parts/jobs/run-option-texts.ts";
import { approvalHref, jobsHref, nodeHref } from "../../parts/route.ts";
import { type BulkAction, type BulkPlan, bulkWord, phraseFor } from "./bulk.ts";
import { type Outcome, useBulk } from "./use-bulk.ts";

export function BulkDialog({ action, plan, onClose }: { action: BulkAction; plan: BulkPlan; onClose: () => void }) {
  const { outcomes, state, begin } = useBulk(action, plan);
  const [typed, setTyped] = useState("");
  const [profile, setProfile] = useState<Profile>();
  const [playbook, setPlaybook] = useState("");
  const [check, setCheck] = useState(true);
  const [read, setRead] = useState<ReadOptions>({ options: {} });
  const phrase = action === "arm" ? phraseFor(plan) : undefined;
  const ready =
    state === "asking" && (phrase === undefined || typed === phrase) && (action !== "run" || (playbook !== "" && "options" in read));
  const verb = bulkWord[action].replace("…", "");

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (ready) void begin({ profile, playbook, check, options: "options" in read ? read.options : {} });
  };
  const count = (end: Outcome["end"]) => [...outcomes.values()].filter((outcome) => outcome.end === end).length;
  const [done, waiting, failed] = [count("done"), count("waits"), count("refused")];
  return (
    <Modal title={`${verb} ${plan.does.length} of ${plan.does.length + plan.leaves.length} selected`} kind="wide" onClose={onClose}>
      <form onSubmit={submit}>
        {action === "arm" && (
          <p>
            The next network boot of each <strong>overwrites its disk</strong> and reinstalls it once. The arming expires by itself.
          </p>
        )}
        <ul className="bulk-list" aria-label="Preview">
          {plan.does.map(({ node, what }) => {
            const outcome = outcomes.get(node.id);
            return (
              <li key={node.id} data-outcome={outcome?.end}>
                <a href={nodeHref(node.name)}>{node.name}</a> <span className="soft">{outcome?.text ?? what}</span>
                {outcome?.approvalId !== undefined && (
                  <>
                    {" "}
                    <a href={approvalHref(outcome.approvalId)}>Show the request</a>
                  </>
                )}
              </li>
            );
          })}
        </ul>
        {plan.leaves.length > 0 && (
          <details>
            <summary>{plan.leaves.length} left out</summary>
            <ul className="bulk-list">
              {plan.leaves.map(({ node, why }) => (
                <li key={node.id}>
                  {node.name} <span className="soft">{why}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
        {state === "asking" && action === "run" && (
          <PlaybookChoice playbook={playbook} onPlaybook={setPlaybook} check={check} onCheck={setCheck} onOptions={setRead} />
        )}
        {state === "asking" && action === "arm" && (
          <label>
            Install by
            <select
              value={profile ?? ""}
              onChange={({ target }) => setProfile(target.value === "" ? undefined : target.value === "image" ? "image" : "preseed")}
            >
              <option value="">the daemon's default</option>
              <option value="preseed">preseed: the Debian installer</option>
              <option value="image">image: a prebuilt root</option>
            </select>
          </label>
        )}
        {state === "asking" && phrase !== undefined && <TypedWord word={phrase} value={typed} onChange={setTyped} />}
        <p role="status" className={failed > 0 ? "problem" : waiting > 0 ? "notice" : undefined}>
          {state === "working" && `${outcomes.size} of ${plan.does.length}…`}
          {state === "done" &&
            `Done: ${done} of ${outcomes.size}${waiting > 0 ? `, ${waiting} waiting for approval` : ""}${failed > 0 ? `, ${failed} refused` : ""}. `}
          {state === "done" && action === "run" && done > 0 && <a href={jobsHref}>Show the jobs</a>}
        </p>
        <DialogFoot onClose={onClose} word={state === "done" ? "Close" : "Cancel"}>
          {state !== "done" && (
            <button type="submit" className={action === "arm" ? "danger solid" : "primary"} disabled={!ready}>
              {action === "arm" ? `Arm: erase ${plan.does.length} ${plan.does.length === 1 ? "disk" : "disks"}` : verb}
            </button>
          )}
        </DialogFoot>
      </form>
    </Modal>
  );
}
