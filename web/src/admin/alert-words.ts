/** Describes the meaning of each alert with advice, and decides which alerts are firing. Pure. */
import type { Alert, AlertRule } from "../../../daemon/contract/admin/alert.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";

/**
 * After a rule has raised an alert, the rule raises no further alert for FIRING_MS. If the condition still holds after
 * FIRING_MS, the rule raises another alert.
 */
const FIRING_MS = 3_600_000;

export const isFiring = ({ at }: Pick<Alert, "at">, nowMs: number): boolean => nowMs - Date.parse(at) < FIRING_MS;

export const alertWords: Record<AlertRule, { title: string; fix: string }> = {
  "failed-logins": {
    title: "Failed logins",
    fix: "Find the source with `muster audit --last 24h`. If no colleague mistyped a key, block the source address. With `muster key revoke`, revoke keys that may have leaked.",
  },
  "policy-violations": {
    title: "Denied by the policy",
    fix: "Find the denied requests with `muster audit --last 24h`, and the denying rules with `muster policy explain`.",
  },
  refusals: {
    title: "Refused requests",
    fix: "Find the caller with `muster audit --last 24h`. If a program's key lacks permissions, create another key for the program with `muster key create`.",
  },
  "node-failures": {
    title: "Machines that failed",
    fix: "Open the page of the machine. The machine's timeline shows the failed step, and the machine's job shows the first failed task. After the repair, arm or configure the machine again.",
  },
  "error-rate": {
    title: "Many failures",
    fix: "Open the newest failed job and jump to its first failure. If the same task fails on many machines, fix the playbook first.",
  },
  "unusual-activity": {
    title: "Unusual activity",
    fix: "Find the changes with `muster audit --last 24h`. If they were not intended, revoke the key with `muster key revoke`, and check the nodes that it changed.",
  },
  cost: {
    title: "Costs",
    fix: "List the costs with `muster executions`. The cost limit is the value of `admin.alerts.cost` in muster.yaml.",
  },
};

export const deliveryWords = ({ delivery, error }: Pick<Alert, "delivery" | "error">): string => {
  switch (delivery) {
    case "none":
      return "shown here only, no webhook is configured";
    case "waiting":
      return error === undefined ? "waiting for the webhook" : `retrying: ${error}`;
    case "delivered":
      return "delivered to the webhook";
    case "given-up":
      return `not delivered to the webhook${error === undefined ? "" : `: ${error}`}`;
  }
};

/** Returns the names of the machines in the summary of an alert. */
export function nodesIn({ summary }: Pick<Alert, "summary">, nodes: Iterable<Pick<Node, "name">>): string[] {
  const words = new Set(summary.split(/[^a-z0-9-]+/i));
  return [...nodes].map(({ name }) => name).filter((name) => words.has(name));
}
