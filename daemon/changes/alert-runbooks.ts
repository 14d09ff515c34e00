/** Names the runbooks for an alert. Muster never runs them by itself: a person proposes one with the command. Pure. */
import type { AlertRunbook } from "../contract/admin/alert.ts";
import type { Incident } from "../contract/changes/incident.ts";
import { proposalCommand } from "../contract/changes/proposal-command.ts";
import { offeredRunbook } from "./offer.ts";
import { matching } from "./plans/matching.ts";
import type { Runbooks } from "./plans/runbook.ts";
import type { Catalogue } from "./tools/catalogue.ts";

const MOST = 3;

export const alertRunbooks =
  ({ catalogue, runbooks }: { catalogue: Catalogue; runbooks: Runbooks }) =>
  ({ id, incident, nodes }: { id: number; incident: Incident; nodes: readonly string[] }): AlertRunbook[] =>
    matching(runbooks, incident)
      .slice(0, MOST)
      .map((runbook) => ({
        name: runbook.name,
        description: runbook.description,
        command: proposalCommand(offeredRunbook(runbook, catalogue), nodes, `alert ${id}`),
      }));
