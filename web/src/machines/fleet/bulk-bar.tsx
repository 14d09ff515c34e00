/** Offers the actions on all selected machines. */
import { useState } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { type BulkAction, type BulkPlan, bulkActions, bulkWord, planBulk } from "./bulk.ts";
import { BulkDialog } from "./bulk-dialog.tsx";

export function BulkBar({ nodes, onClear }: { nodes: readonly Node[]; onClear: () => void }) {
  /** The plan is a snapshot, so that the user confirms exactly the actions that the page has shown. */
  const [asked, setAsked] = useState<{ action: BulkAction; plan: BulkPlan }>();
  return (
    <section className="bulk" aria-label="Selected machines">
      <strong role="status">{nodes.length} selected</strong>
      <div className="actions">
        {bulkActions.map((action) => {
          const plan = planBulk(action, nodes);
          const why = plan.does.length === 0 ? "No selected machine is in a phase that allows this action." : undefined;
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
        Clear selection
      </button>
      {asked && <BulkDialog {...asked} onClose={() => setAsked(undefined)} />}
    </section>
  );
}
