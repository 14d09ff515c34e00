/** What may be done to all marked machines together. */
import { useState } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { type BulkAction, type BulkPlan, bulkActions, bulkWord, planBulk } from "./bulk.ts";
import { BulkDialog } from "./bulk-dialog.tsx";

export function BulkBar({ nodes, onClear }: { nodes: readonly Node[]; onClear: () => void }) {
  /** As it was when it was asked for: what is confirmed is what was shown. */
  const [asked, setAsked] = useState<{ action: BulkAction; plan: BulkPlan }>();
  return (
    <section className="bulk" aria-label="Marked machines">
      <strong role="status">{nodes.length} marked</strong>
      <div className="actions">
        {bulkActions.map((action) => {
          const plan = planBulk(action, nodes);
          const why = plan.does.length === 0 ? "None of the marked machines is in a phase for it." : undefined;
          return (
            <ActionButton
              key={action}
              className={action === "arm" ? "danger" : undefined}
              why={why}
              onClick={() => setAsked({ action, plan })}
            >
              {bulkWord[action]} <span className="count">{plan.does.length}</span>
            </ActionButton>
          );
        })}
      </div>
      <button type="button" className="quiet" onClick={onClear}>
        Unmark
      </button>
      {asked && <BulkDialog {...asked} onClose={() => setAsked(undefined)} />}
    </section>
  );
}
