/**
 * Lets the user answer one approval request. The buttons disappear after the deadline. Before the deadline, the buttons
 * show why the user's vote would not count.
 */
import { type SyntheticEvent, useId, useLayoutEffect, useRef, useState } from "react";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { DialogFoot } from "../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../parts/dialogs/modal.tsx";
import { TypedWord } from "../parts/dialogs/typed-word.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import { Copy } from "../parts/text/copy.tsx";
import { useNow } from "../parts/time/use-now.ts";
import { endingOf } from "./approval-states.ts";
import { type Confirmation, confirmationFor } from "./plan-words.ts";
import { mayWithdraw, whyNoVote } from "./voter.ts";

const NEEDS_SIGNATURE =
  "An approval requires the signature of a registered voter. The browser does not have the voter's key, so approve in a terminal.";
const NEEDS_REASON = "To deny the plan, enter a reason. The requester sees it.";

export function ApprovalAnswer({ approval, work, unseen }: { approval: Approval; work: PlannedWork; unseen?: string | undefined }) {
  const { client, live, session } = usePage();
  const { signedVotes } = useView();
  const [reason, setReason] = useState("");
  const [confirmation, setConfirmation] = useState<Confirmation>();
  const { attempt, busy, problem } = useAttempt();
  const id = useId();
  const approveButton = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  // Returns the focus to the button when the confirmation closes.
  useLayoutEffect(() => {
    if (!confirmation && wasOpen.current) approveButton.current?.focus();
    wasOpen.current = confirmation !== undefined;
  }, [confirmation]);
  const ending = useNow((nowMs) => endingOf(approval, nowMs));
  const refused = useNow((nowMs) => whyNoVote(approval, session, nowMs));

  const withdrawable = useNow((nowMs) => Number(mayWithdraw(approval, session, nowMs))) === 1;

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
    const needed = confirmationFor(work.plan);
    if (needed) setConfirmation(needed);
    else answer("approve");
  };
  const missing = reason.trim() === "";
  return (
    <div className="approval-answer">
      {why === undefined ? (
        <label className="approval-reason">
          Your reason <span className="soft">stored in the audit log</span>
          <input
            value={reason}
            maxLength={500}
            autoComplete="off"
            placeholder="Reason for your answer"
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
        {withdrawable && (
          <button
            type="button"
            disabled={busy}
            aria-label={`Withdraw: ${work.plan.summary}`}
            onClick={() => void attempt(async () => live.takeApproval(await client.withdrawApproval({ id: approval.id })))}
          >
            Withdraw
          </button>
        )}
        <Problem problem={problem} />
      </div>
      {confirmation && (
        <ConfirmApproval
          confirmation={confirmation}
          summary={work.plan.summary}
          onCancel={() => setConfirmation(undefined)}
          onConfirm={() => {
            setConfirmation(undefined);
            answer("approve");
          }}
        />
      )}
    </div>
  );
}

function ConfirmApproval({
  confirmation: { why, word },
  summary,
  onCancel,
  onConfirm,
}: {
  confirmation: Confirmation;
  summary: string;
  onCancel: () => void;
  onConfirm: () => void;
}) {
  const [typed, setTyped] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (typed === word) onConfirm();
  };
  return (
    <Modal title={`Approve ${summary}`} onClose={onCancel}>
      <form onSubmit={submit}>
        <p>{why}</p>
        <TypedWord word={word} purpose="approve" value={typed} onChange={setTyped} />
        <DialogFoot onClose={onCancel}>
          <button type="submit" className="danger solid" disabled={typed !== word}>
            Approve
          </button>
        </DialogFoot>
      </form>
    </Modal>
  );
}
