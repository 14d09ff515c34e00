/** Shows the rule that requires approval, the people who may decide, and their votes so far. */
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { progressOf, progressText, whoText } from "./quorum-progress.ts";

export function ApprovalWhy({ approval, work: { decision } }: { approval: Approval; work: PlannedWork }) {
  const progress = progressOf(approval.quorum, approval.votes);
  return (
    <div className="approval-why">
      <p>
        Approval is required by the rule <code>{decision.rule}</code>. {whoText(approval.quorum)}
      </p>
      <ul className="reasons soft">
        {decision.reasons.map((reason) => (
          <li key={reason}>
            <Untrusted text={reason} />
          </li>
        ))}
      </ul>
      <p>
        <strong>{progressText(progress)}</strong> approved.
      </p>
      {approval.votes.length > 0 && (
        <ul className="votes" aria-label="Votes so far">
          {approval.votes.map((vote) => (
            <li key={vote.keyId}>
              <span className={`badge tone-${vote.answer === "approve" ? "good" : "bad"}`}>{vote.answer === "approve" ? "yes" : "no"}</span>{" "}
              <strong>
                <Untrusted text={vote.by} />
              </strong>{" "}
              <span className="soft">
                {vote.role}, <Ago at={vote.at} />
              </span>
              {vote.reason !== "" && (
                <q className="said">
                  <Untrusted text={vote.reason} />
                </q>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
