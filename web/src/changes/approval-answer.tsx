/** Yes or no to one question. The buttons go when it is too late, and say why where they would not count. */
import { type SyntheticEvent, useId, useLayoutEffect, useRef, useState } from "react";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { DialogFoot } from "../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../parts/dialogs/modal.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import { Copy } from "../parts/text/copy.tsx";
import { useNow } from "../parts/time/use-now.ts";
import { endingOf } from "./approval-states.ts";
import { type SecondLook, secondLook } from "./plan-words.ts";
import { mayTakeBack, whyNoVote } from "./voter.ts";

const NEEDS_SIGNATURE =
  "A yes has to be signed by a registered voter, which a page cannot do: the voter's key is in none. Sign it in a terminal.";
const NEEDS_REASON = "To deny it, say why: whoever asked sees it.";

export function ApprovalAnswer({ approval, work, unseen }: { approval: Approval; work: PlannedWork; unseen?: string | undefined }) {
  const { client, live, session } = usePage();
  const { signedVotes } = useView();
  const [reason, setReason] = useState("");
  const [looking, setLooking] = useState<SecondLook>();
  const { attempt, busy, problem } = useAttempt();
  const id = useId();
  const approveButton = useRef<HTMLButtonElement>(null);
  const lookedAgain = useRef(false);
  // The keyboard goes on where it was, whichever way the second look was left.
  useLayoutEffect(() => {
    if (!looking && lookedAgain.current) approveButton.current?.focus();
    lookedAgain.current = looking !== undefined;
  }, [looking]);
  const ending = useNow((nowMs) => endingOf(approval, nowMs));
  const refused = useNow((nowMs) => whyNoVote(approval, session, nowMs));

  const takeable = useNow((nowMs) => Number(mayTakeBack(approval, session, nowMs))) === 1;

  if (ending !== undefined) {
    return (
      <div className="approval-answer">
        <p className="soft" role="status">
          {ending}
        </p>
        <Problem problem={problem} />
      </div>
    );
  }
  const why = refused ?? unseen;
  const whyNoYes = why ?? (signedVotes ? NEEDS_SIGNATURE : undefined);
  const answer = (given: "approve" | "deny") =>
    void attempt(async () => live.takeApproval(await client.voteApproval({ id: approval.id, answer: given, reason: reason.trim() })));
  const approve = () => {
    const look = secondLook(work.plan);
    if (look) setLooking(look);
    else answer("approve");
  };
  const missing = reason.trim() === "";
  return (
    <div className="approval-answer">
      {why === undefined ? (
        <label className="approval-reason">
          Your reason <span className="soft">the audit keeps it</span>
          <input
            value={reason}
            maxLength={500}
            autoComplete="off"
            placeholder="Why yes, or why not"
            onChange={({ target }) => setReason(target.value)}
          />
        </label>
      ) : (
        <p id={id} className="notice">
          {why}
        </p>
      )}
      {why === undefined && signedVotes && (
        <p id={`${id}-signed`} className="notice">
          {NEEDS_SIGNATURE} <code>muster approve {approval.id}</code> <Copy text={`muster approve ${approval.id}`} />
        </p>
      )}
      <div className="actions">
        <button
          ref={approveButton}
          type="button"
          className="primary"
          disabled={busy || whyNoYes !== undefined}
          title={whyNoYes}
          aria-describedby={whyNoYes === undefined ? undefined : why === undefined ? `${id}-signed` : id}
          aria-label={`Approve: ${work.plan.summary}`}
          onClick={approve}
        >
          Approve
        </button>
        <button
          type="button"
          className="danger"
          disabled={busy || missing || why !== undefined}
          title={why ?? (missing ? NEEDS_REASON : undefined)}
          aria-describedby={why !== undefined || missing ? id : undefined}
          aria-label={`Deny: ${work.plan.summary}`}
          onClick={() => answer("deny")}
        >
          Deny
        </button>
        {why === undefined && missing && (
          <span id={id} className="soft">
            {NEEDS_REASON}
          </span>
        )}
        {takeable && (
          <button
            type="button"
            disabled={busy}
            aria-label={`Take back: ${work.plan.summary}`}
            onClick={() => void attempt(async () => live.takeApproval(await client.withdrawApproval({ id: approval.id })))}
          >
            Take back
          </button>
        )}
        <Problem problem={problem} />
      </div>
      {looking && (
        <LookAgain
          look={looking}
          summary={work.plan.summary}
          onCancel={() => setLooking(undefined)}
          onConfirm={() => {
            setLooking(undefined);
            answer("approve");
          }}
        />
      )}
    </div>
  );
}

function LookAgain({
  look,
  summary,
  onCancel,
  onConfirm,
}: {
  look: SecondLook;
  summary: string;
  onCancel: () => void;
  onConfirm: () => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (typed === look.word) onConfirm();
  };
  return (
    <Modal title={`Approve ${summary}`} onClose={onCancel}>
      <form onSubmit={submit}>
        <p>{look.why}</p>
        <label htmlFor={id}>
          Type <strong className="mono">{look.word}</strong> to say yes
        </label>
        <input
          id={id}
          data-first
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
        <DialogFoot onClose={onCancel}>
          <button type="submit" className="danger solid" disabled={typed !== look.word}>
            Approve
          </button>
        </DialogFoot>
      </form>
    </Modal>
  );
}
