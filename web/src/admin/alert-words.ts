/** What each alert means, what to do about it, and which of them call for somebody now. Pure. */
import type { Alert, AlertRule } from "../../../daemon/contract/admin/alert.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";

/** As long as a rule is quiet after it has told: one that still holds then tells again. */
const FIRING_MS = 3_600_000;

export const isFiring = ({ at }: Pick<Alert, "at">, nowMs: number): boolean => nowMs - Date.parse(at) < FIRING_MS;

export const alertWords: Record<AlertRule, { title: string; fix: string }> = {
  "failed-logins": {
    title: "Failed logins",
    fix: "See from where with `muster audit --last 24h`. Where nobody of yours mistyped, close the port to that address and revoke what may have leaked: `muster key revoke`.",
  },
  "policy-violations": {
    title: "Denied by the policy",
    fix: "See who wanted what with `muster audit --last 24h`, and which rule said no with `muster policy explain`.",
  },
  refusals: {
    title: "Refused requests",
    fix: "See who was refused with `muster audit --last 24h`. A program with too small a role gets a key of its own: `muster key create`.",
  },
  "node-failures": {
    title: "Machines that failed",
    fix: "Open the machine: its timeline names the step that failed, its job the first failing task. Then arm or configure it again.",
  },
  "error-rate": {
    title: "Many failures",
    fix: "Open the newest failed job and go to its first failure. Failures of the same task on many machines are one cause: mend the playbook first.",
  },
  cost: {
    title: "Costs",
    fix: "See what was spent on with `muster executions`; the limit is `alerts.cost` in muster.yaml.",
  },
};

export const deliveryWords = ({ delivery, error }: Pick<Alert, "delivery" | "error">): string => {
  switch (delivery) {
    case "none":
      return "shown here only: no webhook is set up";
    case "waiting":
      return error === undefined ? "waits for the webhook" : `tried again: ${error}`;
    case "delivered":
      return "the webhook has taken it";
    case "given-up":
      return `the webhook never took it${error === undefined ? "" : `: ${error}`}`;
  }
};

/** An alert counts over machines and names some of them in its sentence. */
export function nodesIn({ summary }: Pick<Alert, "summary">, nodes: Iterable<Pick<Node, "name">>): string[] {
  const words = new Set(summary.split(/[^a-z0-9-]+/i));
  return [...nodes].map(({ name }) => name).filter((name) => words.has(name));
}
